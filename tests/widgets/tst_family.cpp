// SPDX-License-Identifier: GPL-3.0-or-later
// Who created whom, as a tree: the line above, those below folded by function, made when they are looked at.
#include "model/reader/load.h"
#include "tests/support/story.h"
#include "tests/support/trace_writer.h"
#include "widgets/inspector/family_panel.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

// main creates a server, the server so many workers and one logger, the first worker a helper.
std::shared_ptr<const TraceFacts> family(int workers) {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    story.g(2).entry("main.serve").bornAt(1_ms).createdBy(1).runs(90_ms);
    for (int i = 0; i < workers; ++i)
        story.g(100 + i).entry("main.worker").bornAt(2_ms + i).createdBy(2).runs(5_ms).ends();
    story.g(3).entry("main.log").bornAt(3_ms).createdBy(2).runs(90_ms);
    story.g(4).entry("main.helper").bornAt(4_ms).createdBy(100).runs(1_ms).ends();
    return computeFacts(story.told(100_ms));
}

QString textAt(const QModelIndex& index, int column = FamilyModel::Who) {
    return index.siblingAtColumn(column).data().toString();
}

} // namespace

class TestFamily : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theLineLeadsFromTheFirstAncestorToTheGoroutine() {
        const auto facts = family(3);
        const auto id = [&](std::int64_t which) { return facts->trace->findGoroutine(which); };
        QVERIFY(ancestorsOf(*facts->trace, id(4)) == (std::vector<GoroutineIndex>{id(100), id(2), id(1)}));
        QVERIFY(ancestorsOf(*facts->trace, id(1)).empty());
        FamilyModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        tester.setUseFetchMore(false); // or all rows would be there at once
        model.show(facts, id(4));
        QStringList line;
        for (QModelIndex at = model.own(); at.isValid(); at = at.parent())
            line.prepend(textAt(at));
        QCOMPARE(line, (QStringList{QStringLiteral("g1 (unknown)"), QStringLiteral("g2 main.serve"),
                                    QStringLiteral("g100 main.worker"), QStringLiteral("g4 main.helper")}));
        QVERIFY(!model.hasChildren(model.own()));
        QCOMPARE(textAt(model.own(), FamilyModel::State), QStringLiteral("ended"));
        QCOMPARE(textAt(model.index(0, 0), FamilyModel::Created), QStringLiteral("before the trace"));
        QCOMPARE(textAt(model.own().parent().parent(), FamilyModel::Children), QStringLiteral("4"));
    }

    void manyOfOneFunctionAreOneRow() {
        const auto facts = family(1000);
        const auto offspring = offspringOf(*facts, facts->trace->findGoroutine(2));
        QCOMPARE(offspring.size(), 2U);
        QCOMPARE(offspring.front().members.size(), 1000U);
        QVERIFY(std::ranges::is_sorted(offspring.front().members, {},
                                       [&](GoroutineIndex g) { return facts->trace->lifetime(g).begin; }));
        FamilyModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        tester.setUseFetchMore(false); // or all rows would be there at once
        model.show(facts, facts->trace->findGoroutine(2));
        const QModelIndex own = model.own();
        QVERIFY(model.canFetchMore(own));
        model.fetchMore(own);
        QCOMPARE(model.rowCount(own), 2);
        QCOMPARE(textAt(model.index(0, 0, own)), QStringLiteral("×1,000 main.worker"));
        QCOMPARE(textAt(model.index(1, 0, own)), QStringLiteral("g3 main.log"));
        const QModelIndex workers = model.index(0, 0, own);
        model.fetchMore(workers);
        const auto batch = static_cast<int>(FamilyModel::batch);
        QCOMPARE(model.rowCount(workers), batch + 1);
        QCOMPARE(textAt(model.index(0, 0, workers)), QStringLiteral("g100 main.worker"));
        QCOMPARE(textAt(model.index(batch, 0, workers)), QStringLiteral("… 800 more"));
        for (int more = batch; model.meaningOf(model.index(more, 0, workers)).isMore; more += batch)
            model.unfoldMore(model.index(more, 0, workers));
        QCOMPARE(model.rowCount(workers), 1000);
        QCOMPARE(textAt(model.index(999, 0, workers)), QStringLiteral("g1099 main.worker"));
        for (int i = 0; i < 1000; ++i)
            QVERIFY(model.meaningOf(model.index(i, 0, workers)).goroutine == offspring.front().members[std::size_t(i)]);
    }

    void whoElseAnAncestorCreatedCanBeUnfolded() {
        const auto facts = family(10);
        FamilyModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        tester.setUseFetchMore(false); // or all rows would be there at once
        model.show(facts, facts->trace->findGoroutine(4));
        const QModelIndex server = model.index(0, 0, model.index(0, 0));
        QCOMPARE(model.rowCount(server), 2);
        const QModelIndex rest = model.index(1, 0, server);
        QCOMPARE(textAt(rest), QStringLiteral("… all 11 that it created"));
        model.unfoldMore(rest);
        QCOMPARE(model.rowCount(server), 3);
        QCOMPARE(textAt(model.index(1, 0, server)), QStringLiteral("×10 main.worker"));
        QVERIFY(model.hasChildren(model.index(1, 0, server)));
    }

    // A hundred thousand children cost a row a function, until they are unfolded.
    void rowsAreMadeWhenTheyAreLookedAt() {
        constexpr std::size_t children = 100'000;
        const auto facts = computeFacts(loadTrace(generatedCrowd(children, 1), "crowd").trace);
        const Trace& trace = *facts->trace;
        GoroutineIndex parent{0};
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
            if (facts->notes.created({g}).size() >= children)
                parent = {g};
        FamilyModel model;
        model.show(facts, parent);
        QCOMPARE(model.rowsMade(), 1U);
        model.fetchMore(model.own());
        const auto functions = static_cast<std::size_t>(model.rowCount(model.own()));
        QVERIFY(functions < 10);
        QCOMPARE(model.rowsMade(), 1 + functions);
        model.fetchMore(model.index(0, 0, model.own()));
        QCOMPARE(model.rowsMade(), 1 + functions + FamilyModel::batch + 1);
    }

    void aRowThatIsChosenLeadsToItsGoroutineAndTheTreeStays() {
        ViewState state;
        FamilyPanel panel(&state);
        panel.resize(600, 400);
        state.show(family(1000));
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(!panel.tree()->isVisible());
        const auto id = [&](std::int64_t which) { return state.facts()->trace->findGoroutine(which); };
        state.select(GoroutineSelection{id(2)});
        QVERIFY(panel.tree()->isVisible());
        QAbstractItemModel& model = *panel.model();
        QTRY_COMPARE(model.rowCount(panel.model()->own()), 2);
        const auto click = [&](const QModelIndex& index) {
            QTest::mouseClick(panel.tree()->viewport(), Qt::LeftButton, {}, panel.tree()->visualRect(index).center());
        };
        click(model.index(0, 0, panel.model()->own()));
        const auto* const group = std::get_if<GroupSelection>(&state.selection());
        QVERIFY(group != nullptr && group->members->size() == 1000);
        click(model.index(1, 0, panel.model()->own()));
        QCOMPARE(selectedGoroutine(state.selection()), id(3));
        QVERIFY(panel.model()->shows(state.facts(), id(2)));
        // By keys: up to the workers, unfold them, the first of them.
        panel.tree()->setFocus();
        for (const auto key : {Qt::Key_Up, Qt::Key_Right, Qt::Key_Down, Qt::Key_Return})
            QTest::keyClick(panel.tree(), key);
        QCOMPARE(selectedGoroutine(state.selection()), id(100));
        // Who is selected elsewhere is the root of another tree.
        state.select(GoroutineSelection{id(4)});
        QVERIFY(panel.model()->shows(state.facts(), id(4)));
        state.show(nullptr);
        QCOMPARE(panel.model()->rowsMade(), 0U);
    }

    void aPanelThatIsNotSeenMakesNothing() {
        ViewState state;
        FamilyPanel panel(&state);
        state.show(family(3));
        state.select(GoroutineSelection{state.facts()->trace->findGoroutine(2)});
        QCOMPARE(panel.model()->rowsMade(), 0U);
    }
};

QTEST_MAIN(TestFamily)
#include "tst_family.moc"
