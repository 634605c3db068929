// SPDX-License-Identifier: GPL-3.0-or-later
// Tables that hold a number for each of millions: are they the same as the plain ones?
#include "model/lod/owned_places.h"
#include "model/waits/rank.h"

#include <QTest>

#include <array>
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
    void percentilesAreExactAlthoughFewLengthsAreKept() {
        std::mt19937_64 random(7);
        constexpr std::array<std::size_t, 5> percents{1, 50, 95, 99, 100};
        for (const std::size_t count : {0U, 1U, 3U, 90U, 20'000U}) {
            for (const Time most : {Time{1}, Time{60}, Time{1'000'000}, Time{20'000'000'000'000}, INT64_MAX}) {
                std::vector<Time> plain;
                LengthClasses classes;
                for (std::size_t i = 0; i < count; ++i) {
                    // Most are short, as in a trace.
                    plain.push_back(static_cast<Time>(random() % static_cast<std::uint64_t>(most) >> random() % 40));
                    classes.add(plain.back());
                }
                QCOMPARE(classes.total(), count);
                Percentiles percentiles(classes, percents);
                for (const Time length : plain)
                    percentiles.offer(length);
                for (const std::size_t percent : percents) {
                    QCOMPARE(percentiles.at(percent), rankOf(plain, percent));
                    if (count == 0)
                        continue;
                    const Time top = LengthClasses::longest(classes.placeOf(percent).klass);
                    const Time exact = *percentiles.at(percent);
                    QVERIFY(top >= exact && static_cast<double>(top - exact) <= 0.016 * static_cast<double>(exact));
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(OwnedPlacesTest)
#include "tst_owned_places.moc"
