// SPDX-License-Identifier: GPL-3.0-or-later
// Large tables round up to whole huge pages where the last would be more than half full: is every byte there, and does
// all that was mapped go back?
#include "model/trace/memory.h"

#include <QTest>

#include <algorithm>
#include <fstream>
#include <vector>

using namespace waitscope;

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t hugePage = std::size_t{2} << 20;

// Address space of this program, in pages.
std::size_t mappedPages() {
    std::ifstream file("/proc/self/statm");
    std::size_t pages = 0;
    file >> pages;
    return pages;
}

} // namespace

class MemoryTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyByteIsThereAndGoesBack_data() {
        QTest::addColumn<quint64>("bytes");
        const std::initializer_list<std::pair<const char*, std::size_t>> sizes{
            {"shared with others", std::size_t{300} << 10},
            {"just under a huge page", hugePage - 1},
            {"one huge page", hugePage},
            {"a byte more", hugePage + 1},
            {"one and a half", hugePage + hugePage / 2},
            {"a byte more than that", hugePage + hugePage / 2 + 1},
            {"nearly four", 4 * hugePage - 5},
        };
        for (const auto& [name, bytes] : sizes)
            QTest::newRow(name) << quint64{bytes};
    }
    void everyByteIsThereAndGoesBack() {
        QFETCH(const quint64, bytes);
        constexpr int tables = 40;
        {
            std::vector<Memory> warm; // what a thread keeps for its next tables
            for (int i = 0; i < tables; ++i)
                warm.emplace_back(bytes);
        }
        const std::size_t before = mappedPages();
        for (int i = 0; i < tables; ++i) {
            Memory memory(bytes);
            QCOMPARE(memory.size(), std::size_t{bytes});
            memory.data()[0] = memory.data()[bytes - 1] = std::byte{1};
            Memory other(bytes);
            QVERIFY(other.data() + bytes <= memory.data() || memory.data() + bytes <= other.data());
        }
        const std::size_t after = mappedPages();
        QVERIFY2(after <= before + 2 * hugePage / page,
                 qPrintable(QStringLiteral("%1 pages more").arg(after - before)));
    }
    void tablesThatFillHereAndThereStillHoldEveryByte() {
        Memory memory(5 * hugePage);
        memory.fillsHereAndThere(3 * hugePage + 7);
        for (std::size_t i = 0; i < memory.size(); i += hugePage / 8)
            memory.data()[i] = static_cast<std::byte>(i / (hugePage / 8));
        for (std::size_t i = 0; i < memory.size(); i += hugePage / 8)
            QCOMPARE(memory.data()[i], static_cast<std::byte>(i / (hugePage / 8)));
    }
    void memoryThatGrowsAndShrinksKeepsWhatIsInIt() {
        GrowingMemory memory;
        std::size_t filled = 0;
        for (const std::size_t size : {std::size_t{100}, std::size_t{70'000}, hugePage - 1, hugePage, hugePage + 1,
                                       5 * hugePage, 3 * hugePage - 9, std::size_t{10}, 4 * hugePage}) {
            memory.resize(size);
            QVERIFY(memory.size() >= size);
            for (std::size_t i = 0; i < std::min(filled, size); i += 997)
                QCOMPARE(memory.data()[i], static_cast<std::byte>(i));
            for (std::size_t i = 0; i < size; i += 997)
                memory.data()[i] = static_cast<std::byte>(i);
            filled = size;
        }
        GrowingMemory other = std::move(memory);
        QCOMPARE(other.data()[997], static_cast<std::byte>(997));
        other.resize(0);
        QCOMPARE(other.size(), std::size_t{0});
    }
    void whatGrewInPagesOfItsOwnGoesBack() {
        const std::size_t before = mappedPages();
        for (int round = 0; round < 40; ++round) {
            GrowingMemory memory;
            for (const std::size_t size : {hugePage, 5 * hugePage, 3 * hugePage - 9, 7 * hugePage})
                memory.resize(size);
        }
        const std::size_t after = mappedPages();
        QVERIFY2(after <= before + 2 * hugePage / page,
                 qPrintable(QStringLiteral("%1 pages more").arg(after - before)));
    }
};

QTEST_APPLESS_MAIN(MemoryTest)
#include "tst_memory.moc"
