// SPDX-License-Identifier: GPL-3.0-or-later
// The family of a goroutine as a tree: at the top the first of its line that the trace names, below each goroutine
// those that it created. Many that run one function are one row, "×1,000 main.worker". Rows are made when they are
// looked at: a goroutine that created a million costs one row a function, and its million a row for each that is
// unfolded.
#pragma once

#include "model/inspect/family.h"
#include "widgets/common/time_text.h"

#include <QAbstractItemModel>

#include <memory>
#include <optional>
#include <vector>

namespace waitscope {

class FamilyModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column { Who, Created, State, Children, columnCountOfAll };
    static constexpr std::size_t batch = 200; ///< goroutines of one function that are unfolded at once

    using QAbstractItemModel::QAbstractItemModel;

    /// The line that `of` comes from, and whom it created; nothing if it is not known.
    void show(std::shared_ptr<const TraceFacts> facts, GoroutineIndex of);
    void setTimes(const TimeText& times) { times_ = times; } ///< how instants are written: see writeTimesAs
    [[nodiscard]] bool shows(const std::shared_ptr<const TraceFacts>& facts, GoroutineIndex g) const;
    /// The row of the goroutine that is shown; none if nothing is.
    [[nodiscard]] QModelIndex own() const;

    struct Meaning {
        GoroutineIndex goroutine;           ///< of a row of one goroutine
        const Offspring* several = nullptr; ///< of a row of several
        bool isMore = false;                ///< a row that stands for those that are not there yet
    };
    [[nodiscard]] Meaning meaningOf(const QModelIndex& index) const;
    /// Puts the next ones in the place of a row that stands for them.
    void unfoldMore(const QModelIndex& more);
    /// How many rows have been made.
    [[nodiscard]] std::size_t rowsMade() const { return nodes_.size(); }

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return columnCountOfAll; }
    [[nodiscard]] bool hasChildren(const QModelIndex& parent = {}) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

  private:
    using NodeId = std::size_t;
    struct Node {
        std::optional<NodeId> parent;
        int row = 0;
        GoroutineIndex goroutine; ///< of one goroutine
        Offspring several;        ///< of several
        bool isMore = false;
        bool isFetched = false;
        std::vector<NodeId> children;
    };
    NodeId add(std::optional<NodeId> parent, Node node);
    [[nodiscard]] QModelIndex indexOf(NodeId node, int column = 0) const;
    [[nodiscard]] std::vector<Node> childrenOf(NodeId node) const;
    [[nodiscard]] std::vector<Node> membersOf(const Node& several, std::size_t from) const;
    [[nodiscard]] QString textOf(const Node& node, Column column) const;

    std::shared_ptr<const TraceFacts> facts_;
    std::vector<Node> nodes_;
    std::vector<NodeId> roots_;
    std::optional<NodeId> own_;
    TimeText times_;
};

} // namespace waitscope
