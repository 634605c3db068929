// SPDX-License-Identifier: GPL-3.0-or-later
// Tables that hold a number for each of millions: are they the same as the plain ones?
#include "model/lod/owned_places.h"
#include "model/waits/rank.h"

#include <QTest>

#include <map>
#include <random>

using namespace waitscope;

class OwnedPlacesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void eachOwnerHasItsPlacesInTheirOrder_data() {
        QTest::addColumn<std::uint32_t>("owners");
        QTest::addColumn<std::size_t>("count");
        QTest::newRow("nothing") << 100U << std::size_t{0};
        QTest::newRow("one owner") << 1U << std::size_t{50};
        QTest::newRow("many places each") << 10U << std::size_t{1'000};
        QTest::newRow("few owners have some") << 10'000U << std::size_t{300};
        QTest::newRow("a quarter as many places as owners") << 400U << std::size_t{140};
    }
    void eachOwnerHasItsPlacesInTheirOrder() {
        QFETCH(const std::uint32_t, owners);
        QFETCH(const std::size_t, count);
        std::mt19937 random(7);
        std::vector<std::uint32_t> ownerOf(count);
        std::map<std::uint32_t, std::vector<std::uint32_t>> expected;
        for (std::uint32_t place = 0; place < count; ++place) {
            ownerOf[place] = random() % 4 == 0 ? nowhere : random() % owners;
            if (ownerOf[place] != nowhere)
                expected[ownerOf[place]].push_back(place);
        }
        const OwnedPlaces places(owners, count, [&](std::uint32_t place) { return ownerOf[place]; });
        QCOMPARE(places.empty(), expected.empty());
        for (std::uint32_t owner = 0; owner < owners; ++owner) {
            const auto list = places.of(owner);
            QCOMPARE(std::vector(list.begin(), list.end()), expected[owner]);
        }
        std::size_t visited = 0;
        places.each([&](std::span<const std::uint32_t> list) { visited += list.size(); });
        QCOMPARE(visited, places.all().size());
    }
    void rulesOfRankHoldForLengthsOfAnySize() {
        std::mt19937_64 random(7);
        for (const std::size_t longOnes : {0U, 3U, 90U, 200U}) {
            std::vector<Time> plain;
            Lengths lengths;
            QVERIFY(!lengths.rank(50));
            for (std::size_t i = 0; i < 200; ++i) {
                const Time length = static_cast<Time>(i < longOnes ? UINT32_MAX - 1 + random() % 1'000'000'000'000
                                                                   : random() % 1'000'000);
                plain.push_back(length);
                lengths.add(length);
            }
            for (const std::size_t percent : {1U, 50U, 95U, 99U, 100U})
                QCOMPARE(lengths.rank(percent), rankOf(plain, percent));
        }
    }
};

QTEST_APPLESS_MAIN(OwnedPlacesTest)
#include "tst_owned_places.moc"
