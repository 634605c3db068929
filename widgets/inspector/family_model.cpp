// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/family_model.h"

#include "model/inspect/state_times.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <algorithm>
#include <utility>

namespace waitscope {

FamilyModel::NodeId FamilyModel::add(std::optional<NodeId> parent, Node node) {
    std::vector<NodeId>& siblings = parent ? nodes_[*parent].children : roots_;
    node.parent = parent;
    node.row = static_cast<int>(siblings.size());
    siblings.push_back(nodes_.size());
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
}

void FamilyModel::show(std::shared_ptr<const TraceFacts> facts, GoroutineIndex of) {
    beginResetModel();
    facts_ = std::move(facts);
    nodes_.clear();
    roots_.clear();
    own_.reset();
    if (facts_ && of.known()) {
        // The line is one goroutine a level; below it a row stands for whom else they created.
        std::vector<NodeId> rest;
        std::vector<GoroutineIndex> line = ancestorsOf(*facts_->trace, of);
        std::ranges::reverse(line);
        for (const GoroutineIndex ancestor : line) {
            Node node{.goroutine = ancestor};
            node.isFetched = true;
            own_ = add(own_, std::move(node));
        }
        own_ = add(own_, {.goroutine = of});
        for (NodeId ancestor = 0; ancestor < *own_; ++ancestor)
            if (facts_->notes.created(nodes_[ancestor].goroutine).size() > 1)
                rest.push_back(ancestor);
        for (const NodeId ancestor : rest)
            add(ancestor, {.isMore = true});
    }
    endResetModel();
}

bool FamilyModel::shows(const std::shared_ptr<const TraceFacts>& facts, GoroutineIndex g) const {
    return own_ && facts == facts_ && nodes_[*own_].goroutine == g;
}

QModelIndex FamilyModel::own() const {
    return own_ ? indexOf(*own_) : QModelIndex();
}

QModelIndex FamilyModel::indexOf(NodeId node, int column) const {
    return createIndex(nodes_[node].row, column, static_cast<quintptr>(node));
}

FamilyModel::Meaning FamilyModel::meaningOf(const QModelIndex& index) const {
    if (!index.isValid())
        return {};
    const Node& node = nodes_[index.internalId()];
    return {node.goroutine, node.several.members.empty() ? nullptr : &node.several, node.isMore};
}

QModelIndex FamilyModel::index(int row, int column, const QModelIndex& parent) const {
    const std::vector<NodeId>& siblings = parent.isValid() ? nodes_[parent.internalId()].children : roots_;
    if (row < 0 || column < 0 || column >= columnCountOfAll || row >= static_cast<int>(siblings.size()) ||
        parent.column() > 0)
        return {};
    return indexOf(siblings[static_cast<std::size_t>(row)], column);
}

QModelIndex FamilyModel::parent(const QModelIndex& child) const {
    if (!child.isValid())
        return {};
    const auto& parent = nodes_[child.internalId()].parent;
    return parent ? indexOf(*parent) : QModelIndex();
}

int FamilyModel::rowCount(const QModelIndex& parent) const {
    if (parent.column() > 0)
        return 0;
    return static_cast<int>(parent.isValid() ? nodes_[parent.internalId()].children.size() : roots_.size());
}

bool FamilyModel::hasChildren(const QModelIndex& parent) const {
    return rowCount(parent) > 0 || canFetchMore(parent);
}

bool FamilyModel::canFetchMore(const QModelIndex& parent) const {
    if (!parent.isValid() || parent.column() > 0)
        return false;
    const Node& node = nodes_[parent.internalId()];
    return !node.isFetched && !node.isMore &&
           (!node.several.members.empty() || !facts_->notes.created(node.goroutine).empty());
}

// The next members, and a row for those behind them.
std::vector<FamilyModel::Node> FamilyModel::membersOf(const Node& several, std::size_t from) const {
    std::vector<Node> rows;
    const std::size_t count = several.several.members.size();
    const std::size_t end = std::min(count, from + batch);
    for (std::size_t i = from; i < end; ++i)
        rows.push_back({.goroutine = several.several.members[i]});
    if (end < count)
        rows.push_back({.isMore = true});
    return rows;
}

std::vector<FamilyModel::Node> FamilyModel::childrenOf(NodeId id) const {
    const Node& node = nodes_[id];
    if (!node.several.members.empty())
        return membersOf(node, 0);
    std::vector<Node> rows;
    for (Offspring& some : offspringOf(*facts_, node.goroutine))
        if (some.members.size() == 1)
            rows.push_back({.goroutine = some.members.front()});
        else
            rows.push_back({.several = std::move(some)});
    return rows;
}

void FamilyModel::fetchMore(const QModelIndex& parent) {
    if (!canFetchMore(parent))
        return;
    const NodeId id = parent.internalId();
    std::vector<Node> rows = childrenOf(id);
    beginInsertRows(indexOf(id), 0, static_cast<int>(rows.size()) - 1);
    nodes_[id].isFetched = true;
    for (Node& row : rows)
        add(id, std::move(row));
    endInsertRows();
}

void FamilyModel::unfoldMore(const QModelIndex& more) {
    if (!meaningOf(more).isMore)
        return;
    const NodeId id = more.internalId();
    const NodeId parent = *nodes_[id].parent;
    const auto there = static_cast<std::size_t>(nodes_[id].row);
    const bool isOfSeveral = !nodes_[parent].several.members.empty();
    std::vector<Node> rows = isOfSeveral ? membersOf(nodes_[parent], there) : childrenOf(parent);
    const QModelIndex above = indexOf(parent);
    const auto first = static_cast<int>(there);
    beginRemoveRows(above, first, first);
    nodes_[parent].children.pop_back(); // it is the last one
    endRemoveRows();
    beginInsertRows(above, first, first + static_cast<int>(rows.size()) - 1);
    for (Node& row : rows)
        add(parent, std::move(row));
    endInsertRows();
}

QString FamilyModel::textOf(const Node& node, Column column) const {
    const Trace& trace = *facts_->trace;
    if (node.isMore) {
        const Node& above = nodes_[*node.parent];
        if (column != Who)
            return {};
        if (above.several.members.empty())
            return tr("… all %1 that it created")
                .arg(fromUtf8(countText(facts_->notes.created(above.goroutine).size())));
        return tr("… %1 more")
            .arg(fromUtf8(countText(above.several.members.size() - static_cast<std::size_t>(node.row))));
    }
    if (!node.several.members.empty()) {
        const auto& members = node.several.members;
        switch (column) {
        case Who:
            return QStringLiteral("×%1 %2").arg(fromUtf8(countText(members.size())),
                                                node.several.function.empty()
                                                    ? tr("function not recorded")
                                                    : fromUtf8(shortFunction(node.several.function)));
        case Created:
            return tr("%1 to %2")
                .arg(times_.text(trace.lifetime(members.front()).begin),
                     times_.text(trace.lifetime(members.back()).begin));
        default:
            return {};
        }
    }
    const GoroutineIndex g = node.goroutine;
    switch (column) {
    case Who:
        return QStringLiteral("g%1 %2").arg(trace.goroutines.id(g)).arg(fromUtf8(shortFunction(trace.function(g))));
    case Created:
        return trace.preExisting(g) ? tr("before the trace") : times_.text(trace.lifetime(g).begin);
    case State:
        return trace.aliveAtEnd(g) ? fromUtf8(waitscope::textOf(activenessOf(*facts_, trace.lastSpan(g))))
                                   : tr("ended");
    case Children:
        return fromUtf8(countText(facts_->notes.created(g).size()));
    case columnCountOfAll:
        break;
    }
    return {};
}

QVariant FamilyModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Node& node = nodes_[index.internalId()];
    const auto column = static_cast<Column>(index.column());
    const bool isFigure = column == Created || column == Children;
    switch (role) {
    case Qt::DisplayRole:
        return textOf(node, column);
    case Qt::ToolTipRole: {
        if (node.isMore)
            return {};
        const Trace& trace = *facts_->trace;
        return node.several.members.empty() ? fromUtf8(goroutineText(trace, node.goroutine))
                                            : fromUtf8(node.several.function);
    }
    case Qt::FontRole:
        if (own_ && index.internalId() == *own_) {
            QFont bold;
            bold.setBold(true);
            return bold;
        }
        return {};
    default:
        return lookOf(role, isFigure);
    }
}

QVariant FamilyModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole) {
        const char* const names[]{QT_TR_NOOP("Goroutine"), QT_TR_NOOP("Created at"), QT_TR_NOOP("At the end"),
                                  QT_TR_NOOP("Created")};
        return section >= 0 && section < columnCountOfAll ? tr(names[section]) : QString();
    }
    return role == Qt::TextAlignmentRole && (section == Created || section == Children)
               ? QVariant::fromValue(Qt::AlignVCenter | Qt::AlignRight)
               : QVariant();
}

} // namespace waitscope
