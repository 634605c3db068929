// SPDX-License-Identifier: GPL-3.0-or-later
// Does the wait panel show what the model counts, follow the shared range and selection, and change the latter?
#include "tests/support/story.h"
#include "widgets/common/text_table.h"
#include "widgets/common/view_state.h"
#include "widgets/waits/wait_rows_model.h"
#include "widgets/waits/waiting_goroutines_model.h"
#include "widgets/waits/waits_panel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

std::shared_ptr<const TraceFacts> storyFacts() {
    Story story;
    for (std::int64_t id = 1; id <= 3; ++id)
        story.g(id)
            .createdBy(9, {"main.spawn"})
            .runs(1_ms)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, id * 1_ms)
            .wokenBy(9, {"sync.(*Mutex).Unlock", "main.put"})
            .runs(1_ms)
            .ends();
    story.g(4).createdBy(9, {"main.spawn"}).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    story.g(5).existed().waitsOn("", {"runtime.gopark", "runtime.selectgo", "main.serve"}, 1_ms);
    story.g(6).runs(10_ms).waitsOn("sleep", {"time.Sleep", "main.pause"}, 4_ms).runs(1_ms).ends();
    story.g(9).entry("main.holder").runs(20_ms);
    return computeFacts(story.told(20_ms));
}

struct Panel {
    ViewState view;
    WaitsPanel panel{&view};
    TextTable* rows;
    TextTable* goroutines;
    QLineEdit* filter;

    Panel() {
        const auto tables = panel.findChildren<TextTable*>();
        rows = qobject_cast<WaitRowsModel*>(tables[0]->model()) != nullptr ? tables[0] : tables[1];
        goroutines = rows == tables[0] ? tables[1] : tables[0];
        filter = panel.findChild<QLineEdit*>();
        panel.findChild<QCheckBox*>()->setChecked(false); // each goroutine is an entry, to see all of them
        panel.resize(700, 600);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
    }
    void open() {
        view.show(storyFacts());
        settle();
    }
    void settle() { QTRY_VERIFY(!panel.busy()); }
    [[nodiscard]] QStringList column(const TextTable* table, int column) const {
        QStringList texts;
        for (int row = 0; row < table->model()->rowCount(); ++row)
            texts << table->model()->index(row, column).data().toString().trimmed();
        return texts;
    }
    [[nodiscard]] QStringList sites() const { return column(rows, WaitRowsModel::Site); }
    [[nodiscard]] QStringList ids() const { return column(goroutines, WaitingGoroutinesModel::Goroutine); }
    void clickRow(TextTable* table, int row) {
        table->scrollTo(table->model()->index(row, 0));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(row, 0)).center());
        settle();
    }
    [[nodiscard]] QString selectedText(const TextTable* table, int column) const {
        const auto selected = table->selectionModel()->selectedRows(column);
        return selected.size() == 1 ? selected[0].data().toString().trimmed() : QString();
    }
    [[nodiscard]] GoroutineIndex goroutine(std::int64_t id) const { return view.facts()->trace->findGoroutine(id); }
};

} // namespace

class WaitsPanelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void withoutATraceItSaysWhatToDo();
    void rowsComeMostTimeFirst();
    void whatIsOpenAndForHowLongNeedsNoScrolling();
    void openWaitsAreMarked();
    void waitsFromBeforeTheTraceAreAtLeast();
    void modelsKeepTheirPromises();
    void aClickOnAHeaderSorts();
    void manyRowsAreArrangedElsewhere();
    void choosingARowListsItsGoroutinesOldestFirst();
    void identicalStacksCanBeOneEntryWithTheirNumber();
    void choosingAGoroutineSelectsItsWait();
    void aSpanSelectedElsewhereIsShown();
    void aGoroutineSelectedElsewhereIsShown();
    void aGoroutineThatDoesNotWaitIsSaidToBeSo();
    void rowsFollowTheVisibleRange();
    void theSelectedRowStaysSelectedWhenTheRangeChanges();
    void onlyTheLastOfManyRangesIsShown();
    void rowsOfAnOlderRangeAreFaded();
    void theFilterLooksAtNamesAndCanBeCleared();
    void anotherTraceLeavesNothingOfTheOldOne();
    void copyingGivesTabsAndColumnNames();
    void markdownIsATableWithFiguresAtTheRight();
    void rowsCanBeGroupedByAnything();
    void chosenColumnsAreComputed();
    void gosOwnGoroutinesAreSaidToBeMissingAndCanBeCounted();
    void theKeyboardReachesEverything();
    void theFocusAloneChoosesNothing();
    void aClickOnTheRowOfASelectedGoroutineSelectsTheSite();
    void exactNanosecondsAreInTheToolTip();
    void aPanelThatGoesAwayWhileItComputesDoesNoHarm();
};

void WaitsPanelTest::withoutATraceItSaysWhatToDo() {
    Panel p;
    QVERIFY(!p.rows->isVisible());
    const auto labels = p.panel.findChildren<QLabel*>();
    QVERIFY(
        std::ranges::any_of(labels, [](QLabel* l) { return l->isVisible() && l->text().contains("Open a trace"); }));
    QVERIFY(!p.filter->isEnabled());
}

void WaitsPanelTest::rowsComeMostTimeFirst() {
    Panel p;
    p.open();
    QCOMPARE(p.sites(), (QStringList{"main.go:11  main.get", "main.go:12  main.serve", "main.go:11  main.pause"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::PrimitiveName), (QStringList{"mutex", "select", "sleep"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::Goroutines), (QStringList{"4", "1", "1"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::Total), (QStringList{"24 ms", "20 ms", "4 ms"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::Concurrency), (QStringList{"1.20", "1", "0.20"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::Finished), (QStringList{"3", "0", "1"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::TopWaker), (QStringList{"main.go:11  main.put", "", "timer"}));
}

void WaitsPanelTest::openWaitsAreMarked() {
    Panel p;
    p.open();
    QCOMPARE(p.column(p.rows, WaitRowsModel::Open), (QStringList{"1 ▸", "1 ▸", "0"}));
    QVERIFY(p.rows->model()->index(0, WaitRowsModel::Open).data(Qt::FontRole).value<QFont>().bold());
    QVERIFY(!p.rows->model()->index(2, WaitRowsModel::Open).data(Qt::FontRole).value<QFont>().bold());
    p.clickRow(p.rows, 0);
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::State),
             (QStringList{"still open ▸", "ended", "ended", "ended"}));
}

void WaitsPanelTest::waitsFromBeforeTheTraceAreAtLeast() {
    Panel p;
    p.open();
    QCOMPARE(p.column(p.rows, WaitRowsModel::Longest), (QStringList{"18 ms ▸", "≥ 20 ms ▸", "4 ms"}));
    p.clickRow(p.rows, 1);
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::Waited), (QStringList{"≥ 20 ms"}));
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::Since), (QStringList{"before the trace"}));
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::CreatedAt), (QStringList{"before the trace"}));
}

void WaitsPanelTest::modelsKeepTheirPromises() {
    Panel p;
    QAbstractItemModelTester rows(p.rows->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QAbstractItemModelTester goroutines(p.goroutines->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    p.open();
    p.clickRow(p.rows, 0);
    const QPersistentModelIndex kept(p.rows->model()->index(0, WaitRowsModel::Site));
    p.rows->sortByColumn(WaitRowsModel::Longest, Qt::DescendingOrder);
    QCOMPARE(kept.data().toString(), QString("main.go:11  main.get"));
    QCOMPARE(kept.row(), 1);
    p.filter->setText("main.s");
    p.view.setVisibleRange({1_ms, 2_ms});
    p.settle();
    p.filter->clear();
    p.view.show(nullptr);
    QCOMPARE(p.rows->model()->rowCount(), 0);
}

void WaitsPanelTest::aClickOnAHeaderSorts() {
    Panel p;
    p.open();
    QHeaderView* const header = p.rows->horizontalHeader();
    const auto click = [&](int column) {
        p.rows->horizontalScrollBar()->setValue(header->sectionPosition(column));
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          QPoint(header->sectionViewportPosition(column) + 20, header->height() / 2));
    };
    click(WaitRowsModel::Longest);
    const QStringList once = p.column(p.rows, WaitRowsModel::PrimitiveName);
    click(WaitRowsModel::Longest);
    const QStringList twice = p.column(p.rows, WaitRowsModel::PrimitiveName);
    const QStringList rising{"mutex", "select", "sleep"}; // what is idle by nature stays at the end
    const QStringList falling{"select", "mutex", "sleep"};
    QVERIFY((once == rising && twice == falling) || (once == falling && twice == rising));
    click(WaitRowsModel::Site);
    QVERIFY(p.sites() == QStringList({"main.go:11  main.get", "main.go:12  main.serve", "main.go:11  main.pause"}) ||
            p.sites() == QStringList({"main.go:12  main.serve", "main.go:11  main.get", "main.go:11  main.pause"}));
}

void WaitsPanelTest::manyRowsAreArrangedElsewhere() {
    constexpr int goroutines = static_cast<int>(WaitRowsModel::fewRows) + 500;
    Story story;
    for (int i = 0; i < goroutines; ++i)
        story.g(i + 1)
            .entry(i % 5 == 0 ? "main.fifth" : "main.work")
            .runs(1_us)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms + i);
    Panel p;
    p.view.show(computeFacts(story.told(20_ms)));
    p.settle();
    auto& model = *static_cast<WaitRowsModel*>(p.rows->model());
    p.panel.findChild<QComboBox*>()->setCurrentText("By goroutine");
    p.settle();
    QCOMPARE(model.rowCount(), goroutines);
    const QPersistentModelIndex kept(model.index(0, WaitRowsModel::Site));
    const QString name = kept.data().toString();
    model.sort(WaitRowsModel::Site, Qt::DescendingOrder);
    QVERIFY(model.busy()); // not on this thread: the old order stays for now
    QCOMPARE(kept.row(), 0);
    p.settle();
    QCOMPARE(kept.data().toString(), name);
    for (int row = 1; row < goroutines; ++row)
        QVERIFY(model.index(row - 1, WaitRowsModel::Site).data().toString() >=
                model.index(row, WaitRowsModel::Site).data().toString());
    // Only what was asked for last is shown.
    for (const char* const text : {"m", "ma", "main.fifth"})
        p.filter->setText(text);
    QCOMPARE(model.rowCount(), goroutines);
    p.settle();
    QCOMPARE(model.rowCount(), goroutines / 5);
    p.clickRow(p.rows, 3);
    const Selection chosen = p.view.selection();
    QVERIFY(std::holds_alternative<GoroutineSelection>(chosen));
    p.filter->clear();
    p.settle();
    QCOMPARE(model.rowCount(), goroutines);
    QCOMPARE(p.view.selection(), chosen);
    p.view.show(nullptr);
    QCOMPARE(model.rowCount(), 0);
    p.settle();
    QCOMPARE(model.rowCount(), 0); // nothing that was on its way comes after it
}

void WaitsPanelTest::whatIsOpenAndForHowLongNeedsNoScrolling() {
    Story story;
    for (int i = 0; i < 40; ++i) // more rows than fit, with long names
        story.g(i + 1).runs(1_ms).waitsOn(
            "sync",
            {"sync.(*Mutex).Lock", "example.com/shop/warehouse.(*Inventory).ReserveForCustomer" + std::to_string(i)},
            1_ms);
    Panel p;
    p.panel.resize(560, 500); // its place in a window of 1440 pixels
    p.view.show(computeFacts(story.told(20_ms)));
    p.settle();
    QVERIFY(p.rows->verticalScrollBar()->isVisible());
    const int right =
        p.rows->columnViewportPosition(WaitRowsModel::Longest) + p.rows->columnWidth(WaitRowsModel::Longest);
    QVERIFY(right <= p.rows->viewport()->width());
}
void WaitsPanelTest::choosingARowListsItsGoroutinesOldestFirst() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    const auto* const site = std::get_if<SiteSelection>(&p.view.selection());
    QVERIFY(site != nullptr);
    QCOMPARE(site->primitive, Primitive::Mutex);
    QCOMPARE(p.ids(), (QStringList{"4", "3", "2", "1"}));
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::Waited), (QStringList{"18 ms", "3 ms", "2 ms", "1 ms"}));
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::CreatedAt).first(), QString("main.go:10  main.spawn"));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString());
}

void WaitsPanelTest::identicalStacksCanBeOneEntryWithTheirNumber() {
    Story story;
    const auto waits = [&](std::int64_t id, const char* caller) {
        story.g(id).runs(id * 1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get", caller}, 1_ms);
    };
    waits(1, "main.page");
    waits(2, "main.list");
    waits(3, "main.page");
    waits(4, "main.page");
    story.g(9).entry("main.holder").runs(20_ms);
    Panel p;
    p.view.show(computeFacts(story.told(20_ms)));
    p.settle();
    p.clickRow(p.rows, 0);
    QVERIFY(WaitsPanel(&p.view).findChild<QCheckBox*>()->isChecked());
    QCOMPARE(p.ids(), (QStringList{"1", "2", "3", "4"}));
    QVERIFY(p.goroutines->isColumnHidden(WaitingGoroutinesModel::SameStack));
    auto* const once = p.panel.findChild<QCheckBox*>();
    once->click();
    p.settle();
    QCOMPARE(p.ids(), (QStringList{"1", "2"}));
    QVERIFY(!p.goroutines->isColumnHidden(WaitingGoroutinesModel::SameStack));
    QCOMPARE(p.column(p.goroutines, WaitingGoroutinesModel::SameStack), (QStringList{"3", "1"}));
    const auto labels = p.panel.findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](QLabel* l) { return l->text().startsWith("4 goroutines"); }));
    // One that has no entry of its own is shown by that which stands for it.
    p.view.select(SpanSelection{p.goroutine(4), p.view.facts()->trace->spanAt(p.goroutine(4), 10_ms)});
    p.settle();
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("1"));
    QCOMPARE(selectedGoroutine(p.view.selection()), p.goroutine(4));
    once->click();
    p.settle();
    QCOMPARE(p.ids(), (QStringList{"1", "2", "3", "4"}));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("4"));
}

void WaitsPanelTest::choosingAGoroutineSelectsItsWait() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    p.clickRow(p.goroutines, 1);
    const auto* const span = std::get_if<SpanSelection>(&p.view.selection());
    QVERIFY(span != nullptr);
    const Trace& trace = *p.view.facts()->trace;
    QCOMPARE(trace.goroutines.id(span->goroutine), 3);
    QCOMPARE(trace.spans.range(span->span), (TimeRange{1_ms, 4_ms}));
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::Site), QString("main.go:11  main.get"));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("3"));
    QTest::keyClick(p.goroutines, Qt::Key_Up);
    QCOMPARE(selectedGoroutine(p.view.selection()), p.goroutine(4));
}

void WaitsPanelTest::aSpanSelectedElsewhereIsShown() {
    Panel p;
    p.open();
    const Trace& trace = *p.view.facts()->trace;
    p.view.select(SpanSelection{p.goroutine(2), trace.spanAt(p.goroutine(2), 2_ms)});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::Site), QString("main.go:11  main.get"));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("2"));
    QVERIFY(std::holds_alternative<SpanSelection>(p.view.selection()));
    p.view.select(std::monostate{});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::Site), QString());
    QCOMPARE(p.goroutines->model()->rowCount(), 0);
}

void WaitsPanelTest::aGoroutineSelectedElsewhereIsShown() {
    Panel p;
    p.open();
    p.view.select(GoroutineSelection{p.goroutine(6)});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::PrimitiveName), QString("sleep"));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("6"));
    QCOMPARE(p.view.selection(), Selection(GoroutineSelection{p.goroutine(6)}));
}

void WaitsPanelTest::aGoroutineThatDoesNotWaitIsSaidToBeSo() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    p.view.select(GoroutineSelection{p.goroutine(9)});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::Site), QString());
    const auto labels = p.panel.findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](QLabel* l) {
        return l->isVisible() && l->text().startsWith("goroutine 9 · main.holder does not wait");
    }));
}

void WaitsPanelTest::rowsFollowTheVisibleRange() {
    Panel p;
    p.open();
    p.view.setVisibleRange({11_ms, 13_ms});
    p.settle();
    QCOMPARE(p.column(p.rows, WaitRowsModel::Total), (QStringList{"2 ms", "2 ms", "2 ms"}));
    p.view.setVisibleRange({0, 500_us});
    p.settle();
    QCOMPARE(p.sites(), (QStringList{"main.go:12  main.serve"}));
    p.view.choose({11_ms, 13_ms}); // what is chosen counts, wherever it lies
    p.settle();
    QCOMPARE(p.column(p.rows, WaitRowsModel::Total), (QStringList{"2 ms", "2 ms", "2 ms"}));
}

void WaitsPanelTest::theSelectedRowStaysSelectedWhenTheRangeChanges() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    p.clickRow(p.goroutines, 0);
    const Selection before = p.view.selection();
    p.view.setVisibleRange({11_ms, 12_ms});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::PrimitiveName), QString("mutex"));
    QCOMPARE(p.ids(), (QStringList{"4"}));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("4"));
    QVERIFY(p.view.selection() == before);
    p.view.setVisibleRange({0, 500_us});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::PrimitiveName), QString());
    QVERIFY(p.view.selection() == before);
    p.view.setVisibleRange({0, 20_ms});
    p.settle();
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::PrimitiveName), QString("mutex"));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString("4"));
}

void WaitsPanelTest::onlyTheLastOfManyRangesIsShown() {
    Panel p;
    p.open();
    int resets = 0;
    connect(p.rows->model(), &QAbstractItemModel::modelReset, p.rows, [&] { ++resets; });
    for (Time t = 1; t <= 50; ++t)
        p.view.setVisibleRange({0, t * 100_us});
    p.settle();
    QCOMPARE(resets, 1);
    QCOMPARE(qobject_cast<WaitRowsModel*>(p.rows->model())->table().range, (TimeRange{0, 5_ms}));
}

void WaitsPanelTest::rowsOfAnOlderRangeAreFaded() {
    Panel p;
    p.open();
    auto* const model = qobject_cast<WaitRowsModel*>(p.rows->model());
    const QModelIndex cell = model->index(0, WaitRowsModel::Total);
    QVERIFY(!cell.data(Qt::ForegroundRole).isValid());
    model->setStale(true);
    QVERIFY(cell.data(Qt::ForegroundRole).isValid());
    QCOMPARE(cell.data().toString(), QString("24 ms"));
    p.view.setVisibleRange({1_ms, 2_ms});
    p.settle();
    QVERIFY(!model->index(0, WaitRowsModel::Total).data(Qt::ForegroundRole).isValid());
}

void WaitsPanelTest::theFilterLooksAtNamesAndCanBeCleared() {
    Panel p;
    p.open();
    p.panel.focusFilter();
    QTest::keyClicks(p.filter, "MAIN.P");
    QCOMPARE(p.column(p.rows, WaitRowsModel::PrimitiveName),
             (QStringList{"mutex", "sleep"})); // put wakes, pause sleeps
    p.filter->setText("nothing like it");
    QVERIFY(!p.rows->isVisible());
    auto* const clear = p.panel.findChild<QPushButton*>();
    QVERIFY(clear->isVisible());
    QTest::mouseClick(clear, Qt::LeftButton);
    QVERIFY(p.rows->isVisible());
    QCOMPARE(p.rows->model()->rowCount(), 3);
    p.filter->setText("mutex");
    QTest::keyClick(p.filter, Qt::Key_Escape);
    QCOMPARE(p.rows->model()->rowCount(), 3);
}

void WaitsPanelTest::anotherTraceLeavesNothingOfTheOldOne() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    p.clickRow(p.goroutines, 0);
    Story story;
    story.g(1).runs(1_ms).waitsOn("select", {"runtime.selectgo", "main.other"}, 1_ms);
    p.view.show(computeFacts(story.told(5_ms)));
    QCOMPARE(p.goroutines->model()->rowCount(), 0);
    p.settle();
    QCOMPARE(p.sites(), (QStringList{"main.go:11  main.other"}));
    p.view.show(nullptr);
    p.settle();
    QCOMPARE(p.rows->model()->rowCount(), 0);
    QVERIFY(!p.rows->isVisible());
}

void WaitsPanelTest::copyingGivesTabsAndColumnNames() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 1);
    QTest::keyClick(p.rows, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QApplication::clipboard()->text().split('\n');
    QCOMPARE(lines.size(), 3); // and the empty one behind the last line feed
    QCOMPARE(lines[0].split('\t').size(), WaitRowsModel::columns - p.rows->horizontalHeader()->hiddenSectionCount());
    QVERIFY(lines[0].startsWith("Primitive\tSite\tGoroutines\tOpen\tLongest\tTotal\t"));
    const QStringList cells = lines[1].split('\t');
    QCOMPARE(cells.mid(0, 3), (QStringList{"select", "main.go:12  main.serve", "1"}));
    QCOMPARE(cells[5], QString("20 ms"));
    p.rows->clearSelection();
    QCOMPARE(p.rows->tabSeparated().count('\n'), 4);
}

void WaitsPanelTest::markdownIsATableWithFiguresAtTheRight() {
    Panel p;
    p.open();
    const QStringList lines = p.rows->markdown().split('\n');
    QCOMPARE(lines.size(), 6); // the header, the line below it, three rows
    QVERIFY(lines[0].startsWith("| Primitive | Site | Goroutines | Open |"));
    QVERIFY(lines[1].startsWith("|---|---|---:|---:|"));
    QVERIFY(lines[2].startsWith("| mutex | main.go:11  main.get | 4 | 1 ▸ |"));
}

void WaitsPanelTest::rowsCanBeGroupedByAnything() {
    Panel p;
    p.open();
    auto* const grouping = p.panel.findChild<QComboBox*>();
    grouping->setCurrentText("By function");
    p.settle();
    QCOMPARE(p.sites(), (QStringList{"main.work", "main.serve"}));
    p.clickRow(p.rows, 0);
    p.settle();
    QCOMPARE(p.ids(), (QStringList{"4", "6", "3", "2", "1"}));
    p.clickRow(p.goroutines, 1); // the list stays while its goroutines are looked at
    p.settle();
    QCOMPARE(p.ids().size(), 5);
    QCOMPARE(std::get<SpanSelection>(p.view.selection()).goroutine, p.view.facts()->trace->findGoroutine(6));
    grouping->setCurrentText("By goroutine");
    p.settle();
    QCOMPARE(p.sites().front(), QString("goroutine 5 · main.serve"));
}

void WaitsPanelTest::gosOwnGoroutinesAreSaidToBeMissingAndCanBeCounted() {
    Story story;
    story.g(1)
        .entry("runtime.bgsweep")
        .runs(1_ms)
        .waitsOn("GC background sweeper wait", {"runtime.gopark", "runtime.bgsweep"}, 1_ms);
    story.g(2).runs(2_ms).waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms);
    Panel p;
    p.view.show(computeFacts(story.told(20_ms)));
    p.settle();
    const auto said = [&](const char* text) {
        const auto labels = p.panel.findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](QLabel* l) { return l->isVisible() && l->text().contains(text); });
    };
    QCOMPARE(p.sites(), (QStringList{"main.go:11  main.get"}));
    QVERIFY(said("1 of Go's own not counted"));
    p.panel.findChild<QToolButton*>("runtime")->click();
    p.settle();
    QCOMPARE(p.sites().size(), 2);
    QVERIFY(said("1 of them Go's own"));
}

void WaitsPanelTest::chosenColumnsAreComputed() {
    Panel p;
    p.open();
    QVERIFY(p.rows->isColumnHidden(WaitRowsModel::P99));
    p.rows->setColumnHidden(WaitRowsModel::P99, false);
    Q_EMIT p.rows->columnsChosen();
    p.settle();
    QCOMPARE(p.column(p.rows, WaitRowsModel::P99), (QStringList{"3 ms", "", "4 ms"}));
    QCOMPARE(p.column(p.rows, WaitRowsModel::Peak), (QStringList{"3", "1", "1"}));
}

void WaitsPanelTest::theKeyboardReachesEverything() {
    Panel p;
    p.open();
    p.panel.activateWindow();
    p.panel.focusFilter();
    QTest::keyClick(p.filter, Qt::Key_Down);
    p.settle();
    QVERIFY(p.rows->hasFocus());
    QCOMPARE(p.selectedText(p.rows, WaitRowsModel::PrimitiveName), QString("mutex"));
    QTest::keyClick(p.rows, Qt::Key_Return);
    QVERIFY(p.goroutines->hasFocus());
    QTest::keyClick(p.goroutines, Qt::Key_Down);
    p.settle();
    QVERIFY(std::holds_alternative<SpanSelection>(p.view.selection()));
    for (const QWidget* widget :
         {static_cast<QWidget*>(p.rows), static_cast<QWidget*>(p.goroutines), static_cast<QWidget*>(p.filter)})
        QVERIFY(!widget->accessibleName().isEmpty());
}

void WaitsPanelTest::theFocusAloneChoosesNothing() {
    Panel p;
    p.open();
    p.panel.activateWindow();
    p.rows->setFocus(Qt::TabFocusReason);
    QVERIFY(p.rows->hasFocus());
    QVERIFY(std::holds_alternative<std::monostate>(p.view.selection()));
}

void WaitsPanelTest::aClickOnTheRowOfASelectedGoroutineSelectsTheSite() {
    Panel p;
    p.open();
    p.clickRow(p.rows, 0);
    p.clickRow(p.goroutines, 2);
    QVERIFY(std::holds_alternative<SpanSelection>(p.view.selection()));
    p.clickRow(p.rows, 0);
    QVERIFY(std::holds_alternative<SiteSelection>(p.view.selection()));
    QCOMPARE(p.selectedText(p.goroutines, 0), QString());
}

void WaitsPanelTest::exactNanosecondsAreInTheToolTip() {
    Panel p;
    p.open();
    QVERIFY(
        p.rows->model()->index(0, WaitRowsModel::Total).data(Qt::ToolTipRole).toString().startsWith("24,000,000 ns"));
    QVERIFY(
        p.rows->model()->index(0, WaitRowsModel::Site).data(Qt::ToolTipRole).toString().contains("/src/main.go:11"));
    p.clickRow(p.rows, 0);
    QVERIFY(p.goroutines->model()
                ->index(0, WaitingGoroutinesModel::Waited)
                .data(Qt::ToolTipRole)
                .toString()
                .startsWith("18,000,000 ns"));
}

void WaitsPanelTest::aPanelThatGoesAwayWhileItComputesDoesNoHarm() {
    const auto facts = storyFacts();
    for (int i = 0; i < 20; ++i) {
        ViewState view;
        WaitsPanel panel(&view);
        view.show(facts);
        view.select(SiteSelection{Primitive::Mutex, facts->waits.all()[1].site});
    }
    QTest::qWait(50);
    QVERIFY(facts.use_count() >= 1);
}

QTEST_MAIN(WaitsPanelTest)
#include "tst_waits_panel.moc"
