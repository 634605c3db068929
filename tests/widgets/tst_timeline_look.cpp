// SPDX-License-Identifier: GPL-3.0-or-later
// How large is the timeline, and with which words? Rows follow the font; thin ones have no words; what is looked at
// stays where it is.
#include "model/reader/load.h"
#include "tests/support/trace_writer.h"
#include "tests/widgets/shown_timeline.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/text_table.h"
#include "widgets/timeline/overview_strip.h"
#include "widgets/timeline/timeline_picture.h"

#include <QHeaderView>
#include <QStandardItemModel>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class TestTimelineLook : public ShownTimeline {
    Q_OBJECT

  private Q_SLOTS:
    void init() { show(); }

    void rowsAndLabelsAreAsLargeAsTheirWords() {
        const TimelineSizes usual = view_->rows().sizes();
        QCOMPARE(usual, TimelineSizes());
        OverviewStrip strip(state_.get());
        setFontOf(*view_, 2);
        setFontOf(strip, 2);
        const TimelineSizes large = view_->rows().sizes();
        QVERIFY(large.row >= view_->fontMetrics().height() && large.row >= 2 * usual.row - 2);
        QVERIFY(large.track > usual.track && large.ruler > usual.ruler && large.group > usual.group);
        QCOMPARE(view_->rows().rowOf(goroutine(5)).height, large.row);
        // A canvas beside it has the same edges.
        strip.resize(view_->viewport()->width(), strip.height());
        const CanvasSizes sizes(view_->font());
        QCOMPARE(strip.axis().left, static_cast<double>(sizes.left(strip.width())));
        QVERIFY(sizes.left(2000) > canvasLeft * 19 / 10);
        QVERIFY(strip.height() > 2 * 50);
        setFontOf(*view_, 0.5);
        QCOMPARE(view_->rows().sizes(), usual);
    }

    void theSpanUnderTheMouseIsFoundInLargeRowsToo() {
        setFontOf(*view_, 2);
        const TimelineRow row = view_->rows().rowOf(goroutine(5));
        const CanvasSizes sizes(view_->font());
        const int left = sizes.left(view_->viewport()->width());
        const int axis = view_->viewport()->width() - left - sizes.right();
        const int y = view_->rows().sizes().ruler + row.top + row.height / 2;
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, {left + axis * 30 / 100, y});
        QCOMPARE(stateOfSelection(), GoroutineState::Waiting);
        QTest::mouseClick(view_->viewport(), Qt::LeftButton, {}, {left + axis * 5 / 100, y});
        QCOMPARE(stateOfSelection(), GoroutineState::Running);
    }

    void theFirstRowInSightStaysTheFirst() {
        state_->show(scene(100));
        unfoldEverything();
        QTest::mouseMove(view_.get(), {-40, -40});
        const TimelineRow row = view_->rows().rowOf(goroutine(60));
        view_->resize(view_->width(), 200);
        view_->verticalScrollBar()->setValue(row.top - view_->rows().stickyHeight());
        const auto first = [&] {
            return view_->rows().rowAt(view_->verticalScrollBar()->value() + view_->rows().stickyHeight()).goroutine;
        };
        QCOMPARE(first(), goroutine(60));
        view_->setLook({.thin = true});
        view_->setLook({});
        setFontOf(*view_, 1.5);
        QCOMPARE(first(), goroutine(60));
    }

    void thinRowsShowSeveralTimesAsManyGoroutines() {
        unfoldEverything();
        const TimelineRow before = view_->rows().rowOf(goroutine(20));
        view_->setLook({.thin = true});
        const TimelineRow after = view_->rows().rowOf(goroutine(20));
        QVERIFY(after.height * 3 <= before.height);
        const QImage image = view_->grab().toImage();
        // Its states are there, and between two rows is a gap.
        const QPoint at = pointOf(after, 15_ms);
        QCOMPARE(image.pixel(at.x(), at.y() - after.height / 2), colourOf(StateFamily::Running).rgb());
        QCOMPARE(image.pixel(at.x(), at.y() - after.height / 2 + after.height - 1),
                 canvasColours(false).background.rgb());
        // No words beside it.
        for (int x = 8; x < canvasLeft - 8; ++x)
            QCOMPARE(image.pixel(x, at.y()), canvasColours(false).background.rgb());
    }

    void aThinRowIsHitByMouseAndKeysAndItsSelectedSpanIsOutlined() {
        unfoldEverything();
        view_->setLook({.thin = true});
        const QImage before = view_->grab().toImage();
        for (const int id : {12, 13, 25}) {
            QTest::mouseClick(view_->viewport(), Qt::LeftButton, {},
                              pointOf(view_->rows().rowOf(goroutine(id)), 50_ms));
            QCOMPARE(selectedGoroutine(state_->selection()), goroutine(id));
            QCOMPARE(stateOfSelection(), GoroutineState::Waiting);
        }
        const QRgb outline = canvasColours(false).selection.rgb();
        QVERIFY(hasColour(view_->grab().toImage(), view_->rows().rowOf(goroutine(25)), 50_ms, outline));
        QVERIFY(!hasColour(before, view_->rows().rowOf(goroutine(25)), 50_ms, outline));
        QTest::keyClick(view_.get(), Qt::Key_Down);
        QTest::keyClick(view_.get(), Qt::Key_Return);
        QCOMPARE(selectedGoroutine(state_->selection()), goroutine(26));
        QTest::keyClick(view_.get(), Qt::Key_Up);
        QTest::keyClick(view_.get(), Qt::Key_Up);
        QTest::keyClick(view_.get(), Qt::Key_Return);
        QCOMPARE(selectedGoroutine(state_->selection()), goroutine(24));
    }

    void aSelectedSpanOfLessThanAPixelIsOutlined() {
        Story story;
        story.g(1)
            .entry("main.main")
            .existed()
            .runs(50_ms)
            .waitsOn("sync", lockStack, 1_us)
            .wokenByRuntime()
            .runs(50_ms);
        state_->show(computeFacts(story.told(100_ms)));
        const TimelineRow row = view_->rows().rowOf(goroutine(1));
        const QRgb outline = canvasColours(false).selection.rgb();
        QVERIFY(!hasColour(view_->grab().toImage(), row, 50_ms, outline));
        state_->select(SpanSelection{goroutine(1), state_->facts()->trace->spanAt(goroutine(1), 50_ms)});
        QVERIFY(hasColour(view_->grab().toImage(), row, 50_ms, outline));
    }

    // The law of the frame: what is read is bounded by pixels, however thin the rows and however many.
    void aFrameOfThinRowsReadsPixelsNotSpans_data() {
        QTest::addColumn<int>("goroutines");
        QTest::addColumn<int>("rounds");
        QTest::newRow("of many spans") << 120 << 3000;
        QTest::newRow("a hundred thousand") << 100'000 << 1;
    }
    void aFrameOfThinRowsReadsPixelsNotSpans() {
        QFETCH(int, goroutines);
        QFETCH(int, rounds);
        if (rounds == 1) {
            state_->show(
                computeFacts(loadTrace(generatedCrowd(static_cast<std::size_t>(goroutines), 1), "crowd").trace));
        } else {
            Story story;
            for (int i = 0; i < goroutines; ++i) {
                auto& g = story.g(i + 1);
                g.entry("main.worker");
                for (int round = 0; round < rounds; ++round)
                    g.runs(20_us).waitsOn("sync", lockStack, 10_us).wokenByRuntime();
            }
            state_->show(computeFacts(story.told(100_ms)));
        }
        const auto& groups = view_->rows().groups();
        const auto crowd =
            std::ranges::max_element(groups, {}, [](const GoroutineGroup& g) { return g.members.size(); });
        QVERIFY(crowd->members.size() >= static_cast<std::size_t>(goroutines));
        unfoldEverything();
        view_->setLook({.thin = true, .words = false});
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum() / 2);
        (void)view_->grab();
        const auto rows = static_cast<std::size_t>(view_->height() / view_->rows().sizes().row + 2);
        const auto pixels = static_cast<std::size_t>(view_->width());
        QVERIFY(view_->lastFrameWork() > rows / 2);
        QVERIFY2(view_->lastFrameWork() <= 2 * rows * pixels, qPrintable(QString::number(view_->lastFrameWork())));
        const std::size_t half = crowd->members.size() / 2;
        const TimelineRow middle = view_->rows().rowOf(crowd->members[half]);
        QCOMPARE(view_->rows().rowAt(middle.top + middle.height - 1).goroutine, middle.goroutine);
        QCOMPARE(view_->rows().rowBelow(middle).goroutine, crowd->members[half + 1]);
    }

    void withoutWordsSpansHaveNothingButTheirColours() {
        const TimelineRow row = view_->rows().rowOf(goroutine(1)); // runs all the time: its word is on it
        const QPoint left = pointOf(row, 2_ms);
        const QPoint right = pointOf(row, 60_ms);
        const auto inks = [&] {
            const QImage image = view_->grab().toImage();
            int other = 0;
            for (int y = left.y() - 6; y < left.y() + 5; ++y)
                for (int x = left.x(); x < right.x(); ++x)
                    other += image.pixel(x, y) == colourOf(StateFamily::Running).rgb() ? 0 : 1;
            return other;
        };
        QVERIFY(inks() > 0);
        view_->setLook({.words = false});
        QCOMPARE(inks(), 0);
        view_->setLook({});
        QVERIFY(inks() > 0);
    }

    void aPictureHasThinRowsIfItIsAskedTo() {
        const auto coloured = [&](const TimelineLook& look) {
            TimelineContents contents;
            contents.look = look;
            contents.rows.unfolded = {"all"};
            const QImage picture = renderTimeline(state_->facts(), {.size = {900, 500}, .contents = contents});
            int pixels = 0;
            for (int y = 0; y < picture.height(); ++y)
                for (int x = 0; x < picture.width(); ++x)
                    pixels += picture.pixel(x, y) == colourOf(StateFamily::Lock).rgb() ? 1 : 0;
            return pixels;
        };
        QVERIFY(coloured({}) > 0);
        QVERIFY(coloured({.thin = true}) > 0);
        QVERIFY(coloured({.thin = true}) < coloured({}));
    }

    void columnsOfATableAreAsWideAsTheirWords() {
        TextTable table;
        QStandardItemModel model(3, 2);
        table.setModel(&model);
        table.setColumnWidth(0, 80);
        table.setColumnHidden(1, true);
        const int height = table.verticalHeader()->defaultSectionSize();
        setFontOf(table, 2);
        QVERIFY(table.columnWidth(0) > 140);
        QVERIFY(table.isColumnHidden(1));
        QVERIFY(table.verticalHeader()->defaultSectionSize() > height * 3 / 2);
        setFontOf(table, 0.5);
        QVERIFY(std::abs(table.columnWidth(0) - 80) <= 1);
    }

    void whatFollowsTheFontIsFittedNowAndAtEveryChange() {
        QWidget widget;
        int fitted = 0;
        followFont(&widget, [&] { ++fitted; });
        QCOMPARE(fitted, 1);
        setFontOf(widget, 2);
        QCOMPARE(fitted, 2);
    }

  private:
    static void setFontOf(QWidget& widget, double factor) {
        QFont font = widget.font();
        font.setPointSizeF(font.pointSizeF() * factor);
        widget.setFont(font);
    }
    void unfoldEverything() { view_->foldAll(false); }
};

QTEST_MAIN(TestTimelineLook)
#include "tst_timeline_look.moc"
