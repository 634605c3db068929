// SPDX-License-Identifier: GPL-3.0-or-later
// The log of spans packs what it is given: does everything come out as it went in, whatever takes how many bits?
#include "model/build/span_log.h"

#include <QTest>

#include <memory>
#include <random>

using namespace waitscope;

namespace {

// What the numbers of a piece may be at the most.
struct Most {
    std::uint32_t time = 0;
    std::uint32_t goroutine = 0;
    std::uint32_t stack = 0;
    std::uint32_t link = 0;
    std::uint32_t kind = 0;
};

class Written {
  public:
    void add(std::uint32_t size, const Most& most) {
        auto piece = std::make_unique<SpanLog::Piece>();
        piece->size = size;
        piece->base = static_cast<std::int64_t>(pieces_.size()) * 1'000'000'000'000;
        const auto upTo = [&](std::uint32_t largest) {
            return static_cast<std::uint32_t>(random_() % (std::uint64_t{largest} + 1));
        };
        for (std::uint32_t i = 0; i < size; ++i) {
            piece->times[i] = static_cast<std::uint32_t>(std::uint64_t{most.time} * (i + 1) / size);
            piece->goroutines[i] = upTo(most.goroutine);
            piece->stacks[i] = upTo(most.stack);
            piece->links[i] = upTo(most.link);
            piece->kinds[i] = static_cast<SpanKindId>(upTo(most.kind));
        }
        piece->goroutines[0] = most.goroutine;
        log_.append(*piece);
        pieces_.push_back(std::move(piece));
    }
    void setStack(std::uint32_t place, std::uint32_t stack) {
        log_.setStack(place, stack);
        std::uint32_t at = place;
        for (const auto& piece : pieces_) {
            if (at < piece->size) {
                piece->stacks[at] = stack;
                return;
            }
            at -= piece->size;
        }
    }
    void compare() const {
        std::size_t next = 0;
        std::uint32_t place = 0;
        log_.forEachPiece([&](const SpanLog::Piece& read) {
            const SpanLog::Piece& expected = *pieces_[next++];
            QCOMPARE(read.size, expected.size);
            QCOMPARE(read.base, expected.base);
            for (std::uint32_t i = 0; i < read.size; ++i, ++place) {
                QCOMPARE(read.times[i], expected.times[i]);
                QCOMPARE(read.goroutines[i], expected.goroutines[i]);
                QCOMPARE(read.stacks[i], expected.stacks[i]);
                QCOMPARE(read.links[i], expected.links[i]);
                QCOMPARE(read.kinds[i], expected.kinds[i]);
                QCOMPARE(log_.kind(place), expected.kinds[i]);
                QCOMPARE(log_.stack(place), expected.stacks[i]);
            }
        });
        QCOMPARE(next, pieces_.size());
        QCOMPARE(log_.size(), place);
    }

  private:
    SpanLog log_;
    std::vector<std::unique_ptr<SpanLog::Piece>> pieces_;
    std::mt19937_64 random_{7};
};

constexpr std::uint32_t all = SpanLog::Piece::mostRecords;

} // namespace

class SpanLogTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void whatIsWrittenIsRead_data() {
        QTest::addColumn<std::uint32_t>("time");
        QTest::addColumn<std::uint32_t>("goroutine");
        QTest::addColumn<std::uint32_t>("stack");
        QTest::addColumn<std::uint32_t>("link");
        QTest::addColumn<std::uint32_t>("kind");
        QTest::newRow("nothing but zeros") << 0U << 0U << 0U << 0U << 0U;
        QTest::newRow("a busy server") << 400'000U << 20'000U << 300U << 20'000U << 30U;
        QTest::newRow("all 64 bits") << (1U << 20) - 1 << (1U << 16) - 1 << (1U << 10) - 1 << (1U << 12) - 1 << 63U;
        QTest::newRow("one bit more") << (1U << 21) - 1 << (1U << 16) - 1 << (1U << 10) - 1 << (1U << 12) - 1 << 63U;
        QTest::newRow("63 bits without the time")
            << UINT32_MAX << (1U << 20) - 1 << (1U << 17) - 1 << (1U << 20) - 1 << 63U;
        QTest::newRow("64 bits without the time") << 0U << (1U << 20) - 1 << (1U << 18) - 1 << (1U << 20) - 1 << 63U;
        QTest::newRow("four seconds") << UINT32_MAX << 3U << 5U << 3U << 7U;
        QTest::newRow("a million goroutines") << 90'000U << 1'100'000U << 9'000U << 1'100'000U << 40U;
        QTest::newRow("as large as they can be") << UINT32_MAX << UINT32_MAX << UINT32_MAX << UINT32_MAX << 255U;
    }
    void whatIsWrittenIsRead() {
        QFETCH(const std::uint32_t, time);
        QFETCH(const std::uint32_t, goroutine);
        QFETCH(const std::uint32_t, stack);
        QFETCH(const std::uint32_t, link);
        QFETCH(const std::uint32_t, kind);
        Written written;
        for (const std::uint32_t size : {1U, all, all, 2U, all - 1})
            written.add(size, {time, goroutine, stack, link, kind});
        written.compare();
    }
    void anEmptyPieceIsNothing() {
        SpanLog log;
        log.append(SpanLog::Piece{});
        QCOMPARE(log.size(), 0U);
        log.forEachPiece([](const SpanLog::Piece&) { QFAIL("there is none"); });
    }
    void timesNeedNotAscend() {
        auto piece = std::make_unique<SpanLog::Piece>();
        *piece = {};
        piece->size = 2;
        piece->times[0] = 1'000'000;
        piece->times[1] = 1;
        SpanLog log;
        log.append(*piece);
        log.forEachPiece([](const SpanLog::Piece& read) { QVERIFY(read.times[0] == 1'000'000 && read.times[1] == 1); });
    }
    void aPieceCanLeaveOutGoroutines() {
        auto piece = std::make_unique<SpanLog::Piece>();
        *piece = {};
        piece->size = 6;
        for (std::uint32_t i = 0; i < piece->size; ++i) {
            piece->goroutines[i] = i % 3;
            piece->times[i] = piece->stacks[i] = piece->links[i] = i;
            piece->kinds[i] = static_cast<SpanKindId>(i);
        }
        piece->keepIf([](std::uint32_t goroutine) { return goroutine != 1; });
        QCOMPARE(piece->size, 4U);
        for (std::uint32_t at = 0; const std::uint32_t i : {0U, 2U, 3U, 5U}) {
            QCOMPARE(piece->goroutines[at], i % 3);
            QVERIFY(piece->times[at] == i && piece->stacks[at] == i && piece->links[at] == i && piece->kinds[at] == i);
            ++at;
        }
        piece->keepIf([](std::uint32_t) { return false; });
        QCOMPARE(piece->size, 0U);
    }
    // One that is said late may need more bits than those that were known when the piece was packed.
    void aStackCanBeSetLate() {
        Written written;
        written.add(all, {.time = 400'000, .goroutine = 20'000, .stack = 3, .link = 20'000, .kind = 30});
        written.add(all, {.time = 400'000, .goroutine = 1'100'000, .stack = 9'000, .link = 1'100'000, .kind = 40});
        written.add(5, {.time = 7, .goroutine = 2, .stack = 0, .link = 2, .kind = 1});
        for (const std::uint32_t stack : {2U, 0U, 3U, 4U, 70'000U, UINT32_MAX, 1U})
            for (const std::uint32_t place : {0U, 17U, all - 1, all, 2 * all - 1, 2 * all, 2 * all + 4}) {
                written.setStack(place, stack);
                written.compare();
            }
    }
};

QTEST_APPLESS_MAIN(SpanLogTest)
#include "tst_span_log.moc"
