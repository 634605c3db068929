// SPDX-License-Identifier: GPL-3.0-or-later
// From a row of waits to the source line and the editor: is the file found, the line marked, and a failure said?
#include "app/details.h"
#include "app/editor.h"
#include "app/path_rules_dialog.h"
#include "app/source_files.h"
#include "tests/support/story.h"
#include "widgets/common/plain_rows.h"
#include "widgets/common/text_table.h"
#include "widgets/flame/flame_view.h"
#include "widgets/stack/source_panel.h"
#include "widgets/stack/stack_panel.h"
#include "widgets/waits/waits_panel.h"
#include "widgets/waits/why_panel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

std::shared_ptr<const TraceFacts> lockFacts() {
    Story story;
    story.g(2).existed().waitsOn("sleep", {"time.Sleep", "main.get"}, 10_ms).wokenByRuntime().runs(1_ms).ends();
    for (std::int64_t id = 3; id <= 5; ++id)
        story.g(id)
            .existed()
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 10_ms + 500_us)
            .wokenBy(2, {"sync.(*Mutex).Unlock", "main.get"})
            .runs(1_ms)
            .ends();
    return computeFacts(story.told(20_ms));
}

void write(const QString& path, const QByteArray& text) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

struct Window {
    ViewState view;
    WaitsPanel waits{&view};
    Details details{&view};
    QTabWidget tabs;
    SourcePanel* source = details.source();
    WhyPanel* why = details.why();

    Window() {
        tabs.addTab(details.stack(), "Stack");
        tabs.addTab(source, "Source");
        tabs.addTab(why, "Why");
        QObject::connect(&details, &Details::wanted, &tabs, &QTabWidget::setCurrentWidget);
        waits.resize(700, 600);
        tabs.resize(700, 400);
        waits.show();
        tabs.show();
        view.show(lockFacts());
        settle();
    }
    void settle() { QTRY_VERIFY(!waits.busy() && !why->busy()); }
    void click(TextTable* table, int row) {
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(row, 0)).center());
        settle();
    }
    [[nodiscard]] TextTable* table(const QString& name) {
        for (QWidget* const root : {static_cast<QWidget*>(&waits), static_cast<QWidget*>(&tabs)})
            for (TextTable* const table : root->findChildren<TextTable*>())
                if (table->accessibleName() == name)
                    return table;
        return nullptr;
    }
    [[nodiscard]] QString sourceNote() const {
        QStringList texts;
        for (const QLabel* const label : source->findChildren<QLabel*>())
            if (label->isVisible())
                texts << label->text();
        return texts.join(u'\n');
    }
};

} // namespace

class DetailsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { QSettings().clear(); }

    void aRuleIsGuessedFromTheFirstFile();
    void likelyPlacesComeFirst();
    void aFileThatIsNotThereIsSaidToBeSo();
    void pathRulesCanBeSeenAndChanged();
    void theOrderOfPathRulesCanBeChanged();
    void editorsGetFileAndLineWithoutAShell();
    void threeActionsLeadFromARowToASourceLine();
    void aLineBehindTheEndOfTheFileIsSaid();
    void withoutSourceTheLineCanBeCopied();
    void anEditorThatDoesNotStartIsSaid();
    void whySaysBecauseOfWhom();
    void theWalkIsShownForOneWait();
    void theFlameGraphFindsWhatIsUnderTheMouse();
};

void DetailsTest::aRuleIsGuessedFromTheFirstFile() {
    const auto rule = ruleFrom("/build/shop/cache/lru.go", "/home/me/shop/cache/lru.go");
    QVERIFY(rule);
    QCOMPARE(rule->first, QString("/build/"));
    QCOMPARE(rule->second, QString("/home/me/"));
    QVERIFY(!ruleFrom("/build/a.go", "/home/b.go"));
}

void DetailsTest::likelyPlacesComeFirst() {
    const QStringList places = placesOf("/build/shop/a.go", {{"/build/", "/home/me/"}}, {"/go"}, {"/cache"});
    QCOMPARE(places, (QStringList{"/home/me/shop/a.go", "/build/shop/a.go"}));
    QVERIFY(
        placesOf("/opt/go/src/sync/mutex.go", {}, {"/usr/local/go"}, {}).contains("/usr/local/go/src/sync/mutex.go"));
    QVERIFY(placesOf("/root/go/pkg/mod/x.org/y@v1/z.go", {}, {}, {"/home/me/mod"})
                .contains("/home/me/mod/x.org/y@v1/z.go"));
    QVERIFY(
        placesOf("x.org/y@v1/z.go", {}, {}, {"/home/me/mod"}).contains("/home/me/mod/x.org/y@v1/z.go")); // -trimpath
}

void DetailsTest::aFileThatIsNotThereIsSaidToBeSo() {
    const SourceFile found = readSource("/src/main.go", {"/nowhere/main.go"});
    QVERIFY(found.path.isEmpty());
    QVERIFY(found.problem.contains("/src/main.go"));
}

void DetailsTest::pathRulesCanBeSeenAndChanged() {
    rememberPathRule({"/old", "/gone"});
    rememberPathRule({"/build", "/src"});
    Window w;
    QPushButton* open = nullptr;
    for (QPushButton* const button : w.source->findChildren<QPushButton*>())
        if (button->text() == "Path rules…")
            open = button;
    QVERIFY(open != nullptr);
    open->click();
    auto* dialog = w.source->findChild<PathRulesDialog*>();
    QVERIFY(dialog != nullptr);
    QCOMPARE(dialog->rules(), (QList<PathRule>{{"/build", "/src"}, {"/old", "/gone"}}));
    const auto button = [&](const QString& text) {
        for (QPushButton* const one : dialog->findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        return static_cast<QPushButton*>(nullptr);
    };
    auto* const table = dialog->findChild<QTableWidget*>();
    table->selectRow(1);
    button("Remove")->click();
    button("Add")->click();
    table->item(1, 0)->setText("/ci");
    QCOMPARE(dialog->rules(), (QList<PathRule>{{"/build", "/src"}})); // half a rule is none
    table->item(1, 1)->setText("/home/me");
    QCOMPARE(pathRules().size(), 2); // nothing is kept before it is accepted
    dialog->accept();
    QCOMPARE(pathRules(), (QList<PathRule>{{"/build", "/src"}, {"/ci", "/home/me"}}));
}

void DetailsTest::theOrderOfPathRulesCanBeChanged() {
    PathRulesDialog dialog({{"/a/", "/1/"}, {"/b/", "/2/"}, {"/c/", "/3/"}});
    const auto button = [&](const QString& text) {
        for (QPushButton* const one : dialog.findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        return static_cast<QPushButton*>(nullptr);
    };
    QVERIFY(!button("Up")->isEnabled() && !button("Down")->isEnabled());
    dialog.findChild<QTableWidget*>()->selectRow(2);
    QVERIFY(button("Up")->isEnabled() && !button("Down")->isEnabled());
    button("Up")->click();
    button("Up")->click();
    QCOMPARE(dialog.rules(), (QList<PathRule>{{"/c/", "/3/"}, {"/a/", "/1/"}, {"/b/", "/2/"}}));
    QVERIFY(!button("Up")->isEnabled());
    button("Down")->click();
    QCOMPARE(dialog.rules(), (QList<PathRule>{{"/a/", "/1/"}, {"/c/", "/3/"}, {"/b/", "/2/"}}));
}

void DetailsTest::editorsGetFileAndLineWithoutAShell() {
    QCOMPARE(editorArguments("code -g {file}:{line}", "/a b/$(x).go", 7),
             (QStringList{"code", "-g", "/a b/$(x).go:7"}));
    QCOMPARE(editorArguments("ed", "/a.go", 7), (QStringList{"ed", "/a.go"}));
    QVERIFY(editorArguments("", "/a.go", 7).isEmpty());
}

void DetailsTest::threeActionsLeadFromARowToASourceLine() {
    QTemporaryDir folder;
    write(folder.filePath("main.go"), QByteArray("one\n").repeated(10) + "mu.Lock()\nafter\n");
    Window w;
    rememberPathRule({"/src/", folder.path() + '/'});
    w.click(w.table("Waits by primitive and site"), 0);                                           // 1: the row
    w.click(w.table("Goroutines of the selected waits, oldest first"), 0);                        // 2: a goroutine
    QTest::mouseClick(w.tabs.tabBar(), Qt::LeftButton, {}, w.tabs.tabBar()->tabRect(1).center()); // 3: Source
    auto* const text = w.source->findChild<QPlainTextEdit*>();
    QTRY_VERIFY(text->isVisible());
    QCOMPARE(text->textCursor().block().text(), QString("11  mu.Lock()"));
    QCOMPARE(text->extraSelections().size(), 1);
}

void DetailsTest::aLineBehindTheEndOfTheFileIsSaid() {
    QTemporaryDir folder;
    write(folder.filePath("main.go"), "short\n");
    Window w;
    rememberPathRule({"/src/", folder.path() + '/'});
    w.details.showSource();
    w.click(w.table("Waits by primitive and site"), 0);
    QTRY_VERIFY(w.sourceNote().contains("the trace names line 11"));
}

void DetailsTest::withoutSourceTheLineCanBeCopied() {
    Window w;
    w.details.showSource();
    w.click(w.table("Waits by primitive and site"), 0);
    QTRY_VERIFY(w.sourceNote().contains("is not on this machine"));
    w.source->copyLine();
    QCOMPARE(QApplication::clipboard()->text(), QString("main.get\n\t/src/main.go:11\n"));
}

void DetailsTest::anEditorThatDoesNotStartIsSaid() {
    QTemporaryDir folder;
    write(folder.filePath("main.go"), QByteArray("line\n").repeated(20));
    Window w;
    w.details.showSource();
    w.click(w.table("Waits by primitive and site"), 0);
    w.details.locateSource(folder.filePath("main.go"));
    QTRY_VERIFY(!w.source->path().isEmpty());
    QCOMPARE(pathRules().front(), (PathRule{"/src/", folder.path() + '/'}));
    rememberEditorCommand("/nowhere/editor {file}");
    const QSignalSpy failed(&w.details, &Details::failed);
    w.details.openEditor();
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains("/nowhere/editor"));
}

void DetailsTest::whySaysBecauseOfWhom() {
    Window w;
    w.details.showWhy();
    w.click(w.table("Waits by primitive and site"), 0);
    TextTable* const causes = w.table("Root causes");
    QTRY_COMPARE(causes->model()->rowCount(), 3);
    const QAbstractItemModelTester tester(causes->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(causes->model()->index(0, 0).data().toString(), QString("95.2 %"));
    QCOMPARE(causes->model()->index(0, 2).data().toString(), QString("sleep"));
    QCOMPARE(causes->model()->index(0, 3).data().toString(), QString("main.go:11  main.get"));
    QCOMPARE(w.table("Woken by")->model()->index(0, 0).data().toString(), QString("3"));
}

void DetailsTest::theWalkIsShownForOneWait() {
    Window w;
    w.details.showWhy();
    const GoroutineIndex g = w.view.facts()->trace->findGoroutine(4);
    w.view.select(SpanSelection{g, w.view.facts()->trace->firstSpan(g)});
    w.settle();
    TextTable* const steps = w.table("Step by step");
    QTRY_COMPARE(steps->model()->rowCount(), 3);
    QVERIFY(steps->model()->index(0, 4).data().toString().startsWith("woke goroutine 4"));
    QVERIFY(steps->model()->index(2, 3).data().toString().startsWith("slept at main.go:11"));
}

void DetailsTest::theFlameGraphFindsWhatIsUnderTheMouse() {
    Window w;
    w.details.showWhy();
    w.click(w.table("Waits by primitive and site"), 0);
    auto* const flame = w.tabs.findChild<FlameView*>();
    auto* const tabs = w.why->findChild<QTabWidget*>();
    QTRY_VERIFY(tabs->isVisible());
    for (int tab = 0; tab < tabs->count(); ++tab)
        if (tabs->tabText(tab) == "Flame graph")
            tabs->setCurrentIndex(tab);
    QTRY_VERIFY(flame->isVisible());
    QVERIFY(flame->tree().nodes.size() >= 6);
    // Who waits is on the floor, what went on meanwhile stands on it.
    QCOMPARE(flame->nodeAt({flame->width() / 2.0, flame->height() - 3.0}), 0U); // all of it
    const std::uint32_t waiter = flame->nodeAt({10, flame->height() - flame->barHeight() - 3.0});
    QVERIFY(flame->tree().nodes[waiter].step.kind == FlameStep::Kind::Function);
    const std::uint32_t onIt = flame->tree().nodes[waiter].firstChild;
    QVERIFY(flame->barOf(onIt).bottom() <= flame->barOf(waiter).top());
    QTest::keyClick(flame, Qt::Key_Up);
    QCOMPARE(flame->zoomedTo(), waiter);
    QTest::keyClick(flame, Qt::Key_Down);
    QCOMPARE(flame->zoomedTo(), 0U);
}

int main(int argc, char** argv) {
    qputenv("VISUAL", "");
    QApplication app(argc, argv);
    app.setOrganizationName("waitscope-test");
    DetailsTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_details.moc"
