// SPDX-License-Identifier: GPL-3.0-or-later
// Are two traces compared as analysis.md section 4 says: which rows are the same, what may be judged, and how?
#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "model/compare/runs.h"
#include "model/report/compare_report.h"
#include "tests/support/story.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

using Json = nlohmann::json;

const StackText lockInGet{"sync.(*Mutex).Lock", "main.get", "main.handle"};
const StackText readLockInGet{"sync.(*RWMutex).RLock", "main.get", "main.handle"};

/// A service: a request every `every`, which works for 1 ms, waits at `stack`, and ends.
struct Service {
    int requests = 400;
    Time every = 5_ms;
    Time wait = 2_ms;
    StackText stack = lockInGet;
    std::string reason = "sync";
    std::string function = "main.handle";
    std::int64_t firstId = 10;
    Time length = 0;    ///< 0: as long as there are requests
    int stuckEvery = 0; ///< each so many-th request never gets the lock
};

std::shared_ptr<const TraceFacts> told(const Service& s) {
    Story story;
    story.g(1).existed().entry("main.main").runs(1_ms);
    std::minstd_rand random(7); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same on every run
    for (int i = 0; i < s.requests; ++i) {
        // Waits of one length would be nothing to test.
        const Time wait = s.wait > 0 ? s.wait / 2 + static_cast<Time>(random() % static_cast<unsigned>(s.wait)) : 0;
        Teller& g = story.g(s.firstId + i).bornAt(1_ms + i * s.every).createdBy(1).entry(s.function);
        g.runs(1_ms);
        if (s.stuckEvery > 0 && i % s.stuckEvery == 0) {
            g.waitsOn(s.reason, s.stack, 1_ms);
            continue;
        }
        if (wait > 0)
            g.waitsOn(s.reason, s.stack, wait).wokenBy(1);
        g.runs(1_ms).ends();
    }
    return computeFacts(story.told(s.length > 0 ? s.length : 20_ms + s.requests * s.every));
}

std::shared_ptr<const TraceFacts> withFormat(const std::shared_ptr<const TraceFacts>& facts, int version) {
    auto trace = std::const_pointer_cast<Trace>(facts->trace);
    trace->formatVersion = version;
    trace->identity.format = "go 1." + std::to_string(version) + " trace";
    return facts;
}

const ComparedRow* rowAt(const Comparison& c, std::string_view text) {
    const auto found = std::ranges::find_if(c.rows, [&](const ComparedRow& row) {
        return (row.metrics.a ? row.key.a : row.key.b).text().find(text) != std::string::npos;
    });
    return found == c.rows.end() ? nullptr : &*found;
}

const CardLine& lineOf(const Comparison& c, std::string_view topic) {
    return *std::ranges::find(c.comparability.card, topic, &CardLine::topic);
}

bool anyContains(const std::vector<std::string>& texts, std::string_view part) {
    return std::ranges::any_of(texts, [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

RowKey key(std::string_view primitive, std::vector<std::string> functions) {
    return {.primitive = primitive, .family = primitive, .functions = std::move(functions)};
}

} // namespace

class CompareTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void functionsAreTheSameWhateverTheBuild_data() {
        QTest::addColumn<QString>("function");
        QTest::addColumn<QString>("same");
        const auto row = [](const char* function, const char* same) { QTest::newRow(function) << function << same; };
        row("main.get", "main.get");
        row("main.run.func1", "main.run");
        row("main.run.func1.2", "main.run");
        row("main.run.gowrap1", "main.run");
        row("main.(*T).Close-fm", "main.(*T).Close");
        row("main.run-range1", "main.run");
        row("main.run.func2.deferwrap1", "main.run");
        row("main.Map[...].Get", "main.Map.Get");
        row("main.(*Map[go.shape.int,a/b.T]).Get.func3", "main.(*Map).Get");
        row("example.com/shop/v2/cart.Add", "example.com/shop/cart.Add");
        row("gopkg.in/yaml%2ev3.(*parser).parse", "gopkg.in/yaml.(*parser).parse");
        row("example.com/app/vendor/github.com/x/y.F", "github.com/x/y.F");
        row("main.func1", "main");
        row("main.v2", "main.v2");
    }
    void functionsAreTheSameWhateverTheBuild() {
        QFETCH(const QString, function);
        QFETCH(const QString, same);
        QCOMPARE(QString::fromStdString(comparedFunction(function.toStdString())), same);
    }

    void aMutexThatBecomesARWMutexIsOneRow() {
        const Comparison c = compareTraces(told({}), told({.wait = 1_ms, .stack = readLockInGet}));
        const ComparedRow* const row = rowAt(c, "main.get");
        QVERIFY(row != nullptr);
        QCOMPARE(row->match, RowMatch::Exact);
        QCOMPARE(row->primitive(), "lock");
        QVERIFY(row->metrics.a && row->metrics.b);
    }

    void closuresAndRecursionMakeNoRowsOfTheirOwn() {
        const Comparison c =
            compareTraces(told({.stack = {"sync.(*Mutex).Lock", "main.get.func1", "main.get", "main.handle"}}),
                          told({.stack = {"sync.(*Mutex).Lock", "main.get", "main.get", "main.handle.func2"}}));
        QCOMPARE(c.rows.size(), 1U);
        QCOMPARE(c.rows[0].match, RowMatch::Exact);
    }

    void similarStacksOfOneFamilyAreOneRowThatHasMoved() {
        const std::vector<RowKey> a{key("lock", {"main.get", "main.find", "main.handle", "main.serve"})};
        const std::vector<RowKey> b{key("lock", {"main.getFast", "main.find", "main.handle", "main.serve"}),
                                    key("select", {"main.get", "main.find", "main.handle", "main.serve"}),
                                    key("lock", {"main.other"})};
        const std::vector<RowPair> pairs = pairsOf(a, b);
        QCOMPARE(pairs.size(), 3U);
        QCOMPARE(pairs[0].match, RowMatch::Moved);
        QCOMPARE(*pairs[0].b, 0U);
        QCOMPARE(pairs[1].match, RowMatch::OnlyB);
        QCOMPARE(pairs[2].match, RowMatch::OnlyB);
        QCOMPARE(similarity(a[0], b[0]), 0.6);
    }

    void aRowIsPairedWithTheMostSimilarOneOnce() {
        const std::vector<RowKey> a{key("lock", {"main.a", "main.c", "main.d", "main.e", "main.f"}),
                                    key("lock", {"main.b", "main.c", "main.d", "main.e", "main.f"})};
        const std::vector<RowKey> b{key("lock", {"main.b", "main.g", "main.c", "main.d", "main.e", "main.f"})};
        const std::vector<RowPair> pairs = pairsOf(a, b);
        QCOMPARE(pairs.size(), 2U);
        QCOMPARE(*pairs[0].a, 1U); // 5 of 6 in common, the other 4 of 7
        QCOMPARE(pairs[1].match, RowMatch::OnlyA);
    }

    void aModuleOfAnotherNameIsARowThatHasMoved() {
        const std::vector<RowKey> a{key("lock", {"github.com/old/cache.Get"})};
        const std::vector<RowKey> b{key("lock", {"github.com/new/cache.Get"})};
        QCOMPARE(pairsOf(a, b)[0].match, RowMatch::Moved);
    }

    void rowsArePairedAndKeptApartByHand() {
        const std::vector<RowKey> a{key("lock", {"main.a"}), key("lock", {"main.b"})};
        const std::vector<RowKey> b{key("lock", {"main.b"}), key("lock", {"main.c"})};
        const HandPairing byHand{.pairs = {{"lock main.a", "lock main.c"}, {"lock gone", "lock main.b"}},
                                 .apart = {{"lock main.b", "lock main.b"}}};
        const std::vector<RowPair> pairs = pairsOf(a, b, byHand);
        QCOMPARE(pairs.size(), 3U);
        QCOMPARE(pairs[0].match, RowMatch::ByHand);
        QCOMPARE(pairs[1].match, RowMatch::OnlyA);
        QCOMPARE(pairs[2].match, RowMatch::OnlyB);
    }

    void thePairsDoNotDependOnTheOrderOfRowsOrSides() {
        std::vector<RowKey> a;
        std::vector<RowKey> b;
        for (int i = 0; i < 12; ++i) {
            const std::string n = std::to_string(i % 4);
            a.push_back(key("lock", {"main.x" + n, "main.a" + std::to_string(i), "main.c", "main.d", "main.e"}));
            b.push_back(key("lock", {"main.x" + n, "main.b" + std::to_string(i), "main.c", "main.d", "main.e"}));
        }
        const auto namesOf = [](const std::vector<RowPair>& pairs, const auto& left, const auto& right, bool swapped) {
            std::vector<std::string> names;
            for (const RowPair& pair : pairs) {
                const std::string first = pair.a ? left[*pair.a].text() : "-";
                const std::string second = pair.b ? right[*pair.b].text() : "-";
                names.push_back(swapped ? second + "|" + first : first + "|" + second);
            }
            std::ranges::sort(names);
            return names;
        };
        const auto expected = namesOf(pairsOf(a, b), a, b, false);
        std::ranges::reverse(a);
        QCOMPARE(namesOf(pairsOf(a, b), a, b, false), expected);
        QCOMPARE(namesOf(pairsOf(b, a), b, a, true), expected);
    }

    void aTraceBesideItselfDiffersByExactlyNothing() {
        const auto facts = told({.stuckEvery = 10});
        const Comparison c = compareTraces(facts, facts);
        QVERIFY(!c.rows.empty());
        for (const ComparedRow& row : c.rows) {
            QCOMPARE(row.changes.concurrency.absolute, std::optional(0.0));
            QCOMPARE(row.changes.sharePercent.absolute, std::optional(0.0));
            QCOMPARE(row.changes.perRequest.absolute, std::optional(0.0));
            QCOMPARE(row.changes.total.absolute, std::optional(0.0));
            QCOMPARE(row.verdict, RowVerdict::NoEvidence);
            if (row.evidence.concurrency)
                QCOMPARE(*row.evidence.concurrency, (ChangeInterval{0, 0}));
        }
        QVERIFY(c.headline.find("nothing changed") != std::string::npos);
        QVERIFY(!c.regressed());
    }

    void whatIsIdleByNatureIsNeitherBetterNorWorse() {
        const StackText sleep{"time.Sleep", "main.handle"};
        const Comparison c = compareTraces(told({.wait = 8_ms, .stack = sleep, .reason = "sleep"}),
                                           told({.wait = 80_ms, .stack = sleep, .reason = "sleep"}));
        QCOMPARE(rowAt(c, "main.handle")->verdict, RowVerdict::NoEvidence);
        QVERIFY(rowAt(c, "main.handle")->why.find("Idle by nature") != std::string::npos);
        const Comparison isNew =
            compareTraces(told({.wait = 0}), told({.wait = 80_ms, .stack = sleep, .reason = "sleep"}));
        QCOMPARE(rowAt(isNew, "main.handle")->verdict, RowVerdict::New);
        QVERIFY(!isNew.regressed());
    }

    void changingTheSidesNegatesEveryChangeAndMirrorsEveryVerdict() {
        const auto a = told({});
        const auto b = told({.requests = 450, .wait = 6_ms, .stack = readLockInGet, .stuckEvery = 50});
        const Comparison there = compareTraces(a, b);
        const Comparison back = compareTraces(b, a);
        QVERIFY(there.judged && back.judged);
        QCOMPARE(there.rows.size(), back.rows.size());
        QCOMPARE(there.warnings.size(), back.warnings.size());
        const auto negated = [](const Change& x, const Change& y) {
            return x.absolute.has_value() == y.absolute.has_value() && (!x.absolute || *x.absolute == -*y.absolute);
        };
        const auto mirroredInterval = [](const std::optional<ChangeInterval>& x,
                                         const std::optional<ChangeInterval>& y) {
            return x.has_value() == y.has_value() && (!x || (x->low == -y->high && x->high == -y->low));
        };
        for (std::size_t r = 0; r < there.rows.size(); ++r) {
            const ComparedRow& x = there.rows[r];
            const ComparedRow& y = back.rows[r];
            QVERIFY(x.key.a == y.key.b && x.key.b == y.key.a);
            QVERIFY(negated(x.changes.concurrency, y.changes.concurrency));
            QVERIFY(negated(x.changes.sharePercent, y.changes.sharePercent));
            QVERIFY(negated(x.changes.perRequest, y.changes.perRequest));
            QVERIFY(negated(x.changes.total, y.changes.total));
            QVERIFY(mirroredInterval(x.evidence.concurrency, y.evidence.concurrency));
            QVERIFY(mirroredInterval(x.evidence.sharePercent, y.evidence.sharePercent));
            QVERIFY(mirroredInterval(x.evidence.perRequest, y.evidence.perRequest));
            QVERIFY(mirroredInterval(x.evidence.byGoroutine, y.evidence.byGoroutine));
            QCOMPARE(x.evidence.q, y.evidence.q);
            QCOMPARE(x.verdict, mirrored(y.verdict));
        }
        QVERIFY(there.regressed());
        QVERIFY(!back.regressed());
    }

    void idsOfGoroutinesDoNotMatter() {
        const auto b = told({.wait = 3_ms});
        const auto verdicts = [&](std::int64_t firstId) {
            std::string text;
            for (const ComparedRow& row : compareTraces(told({.firstId = firstId}), b).rows)
                text += row.why + std::string(nameOf(row.verdict)) + "\n";
            return text;
        };
        QCOMPARE(verdicts(10), verdicts(77'000));
    }

    void lessWaitingIsAnImprovementAndMoreIsNot() {
        const auto a = told({.wait = 8_ms});
        const auto b = told({.wait = 2_ms});
        QCOMPARE(rowAt(compareTraces(a, b), "main.get")->verdict, RowVerdict::Improved);
        QCOMPARE(rowAt(compareTraces(b, a), "main.get")->verdict, RowVerdict::Regressed);
    }

    void aRowThatOneSideDoesNotHaveIsGoneOrNew() {
        const auto a = told({.wait = 8_ms});
        const auto b = told({.wait = 0});
        const Comparison gone = compareTraces(a, b);
        QCOMPARE(rowAt(gone, "main.get")->verdict, RowVerdict::Disappeared);
        QCOMPARE(rowAt(gone, "main.get")->changes.concurrency.percent, std::optional(-100.0));
        QVERIFY(!gone.regressed());
        QVERIFY(gone.headline.find("lock-blocked time −100 %") != std::string::npos);
        const Comparison back = compareTraces(b, a);
        QCOMPARE(rowAt(back, "main.get")->verdict, RowVerdict::New);
        QVERIFY(back.regressed());
        QCOMPARE(rowAt(back, "main.get")->changes.concurrency.percent, std::nullopt); // of nothing
    }

    void aLeakThatIsMendedHasDisappearedAndOneThatIsSlowerHasNot() {
        const Service leak{.wait = 0, .stuckEvery = 2};
        QCOMPARE(rowAt(compareTraces(told(leak), told({.wait = 0})), "main.get")->verdict, RowVerdict::Disappeared);
        Service slower = leak;
        slower.stuckEvery = 8;
        const auto facts = Both{told(leak), told(slower)};
        const Comparison c = compareTraces(facts.a, facts.b);
        QCOMPARE(rowAt(c, "main.get")->verdict, RowVerdict::Improved);
        QVERIFY(rowAt(c, "main.get")->evidence.logRank == false || rowAt(c, "main.get")->metrics.b->open > 0);
        QVERIFY(rowAt(c, "main.get")->metrics.a->growthPerSecond.value_or(0) > 90);
        const auto findings = Both{computeFindings(facts.a, {}), computeFindings(facts.b, {})};
        const FindingsAcross across = findingsAcross(findings.a, findings.b);
        const auto lock = std::ranges::find_if(across.pairs, [](const FindingPair& p) { return p.tier == Tier::High; });
        QVERIFY(lock != across.pairs.end());
        QCOMPARE(lock->fate, FindingFate::StillThere);
        QVERIFY(lock->sentence.find("A leak that became slower is still a leak.") != std::string::npos);
    }

    void findingsAreGoneOrNew() {
        const auto findings =
            Both{computeFindings(told({.wait = 0, .stuckEvery = 2}), {}), computeFindings(told({.wait = 0}), {})};
        const FindingsAcross gone = findingsAcross(findings.a, findings.b);
        QVERIFY(!gone.pairs.empty());
        for (const FindingPair& pair : gone.pairs)
            QVERIFY(pair.fate == FindingFate::Gone && pair.index.a && !pair.index.b);
        for (const FindingPair& pair : findingsAcross(findings.b, findings.a).pairs)
            QVERIFY(pair.fate == FindingFate::New && !pair.index.a && pair.index.b);
    }

    void fewWaitsAndSmallChangesGetNoVerdict() {
        const Comparison few = compareTraces(told({.requests = 29, .every = 50_ms, .wait = 40_ms}),
                                             told({.requests = 29, .every = 50_ms, .wait = 4_ms}));
        QCOMPARE(rowAt(few, "main.get")->verdict, RowVerdict::NoEvidence);
        QVERIFY(rowAt(few, "main.get")->why.find("fewer than 30") != std::string::npos);
        // 2 % of a microsecond, and of nothing else that counts.
        const Comparison small =
            compareTraces(told({.every = 50_ms, .wait = 20_us}), told({.every = 50_ms, .wait = 10_us}));
        QCOMPARE(rowAt(small, "main.get")->verdict, RowVerdict::NoEvidence);
        QVERIFY(rowAt(small, "main.get")->why.find("too small") != std::string::npos);
    }

    void aLengthBeyondThreeTimesIsRefusedUnlessTheSameWorkWasDone() {
        const auto longer = told({.requests = 400, .every = 20_ms});
        const Comparison refused = compareTraces(told({.requests = 100, .every = 20_ms}), longer);
        QVERIFY(!refused.comparable());
        QCOMPARE(lineOf(refused, "duration").weight, CardWeight::Refuses);
        QVERIFY(!lineOf(refused, "duration").instead.empty());
        for (const ComparedRow& row : refused.rows) {
            QCOMPARE(row.verdict, RowVerdict::NotComparable);
            QVERIFY(row.metrics.a && row.metrics.b); // still shown
        }
        QVERIFY(refused.headline.starts_with("not comparable"));
        const Comparison fixedWork = compareTraces(told({.requests = 400, .every = 2_ms, .wait = 20_ms}), longer);
        QVERIFY(fixedWork.comparable());
        QVERIFY(!fixedWork.comparability.perSecond);
        QCOMPARE(fixedWork.normalisedBy, NormalisedBy::Request);
        QCOMPARE(lineOf(fixedWork, "duration").weight, CardWeight::Differs);
        QCOMPARE(rowAt(fixedWork, "main.get")->verdict, RowVerdict::Improved);
    }

    void theWholeIsComparedUnlessBirthsAreSteady() {
        const Comparison steady = compareTraces(told({}), told({}));
        QVERIFY(steady.ranges.trimmed);
        const Time length = steady.facts.a->trace->duration;
        QCOMPARE(steady.ranges.range.a, (TimeRange{length / 10, length - length / 10}));
        const Comparison burst = compareTraces(told({.length = 10_s}), told({}));
        QVERIFY(!burst.ranges.trimmed);
        QCOMPARE(burst.ranges.range.b, burst.facts.b->trace->wholeRange());
        const TimeRange chosen{100_ms, 900_ms};
        const Comparison asked = compareTraces(told({}), told({}), {.range = {chosen, chosen}});
        QVERIFY(asked.ranges.chosen && !asked.ranges.trimmed);
        QCOMPARE(asked.ranges.range.a, chosen);
    }

    void withFewRequestsNothingIsJudgedPerRequest() {
        const Comparison c =
            compareTraces(told({.requests = 20, .every = 50_ms}), told({.requests = 20, .every = 50_ms}));
        QVERIFY(c.comparable());
        QVERIFY(!c.comparability.perRequest);
        QCOMPARE(c.normalisedBy, NormalisedBy::Second);
        QCOMPARE(lineOf(c, "requests").weight, CardWeight::Differs);
        QVERIFY(c.rows[0].metrics.a->perRequest.has_value()); // shown
    }

    void requestsAreOfTheProgramAndCanBeNamed() {
        const Comparison c = compareTraces(told({}), told({.requests = 300}));
        QCOMPARE(c.requests->choice.name, std::string("main.handle"));
        QVERIFY(c.requests->automatic);
        QCOMPARE(c.normalisedBy, NormalisedBy::Second); // found by itself, and another number
        const CompareOptions named{.requests = RequestChoice{RequestKind::Function, "handle"}};
        const Comparison asked = compareTraces(told({}), told({.requests = 300}), named);
        QCOMPARE(asked.normalisedBy, NormalisedBy::Request);
        QVERIFY(!asked.requests->automatic);
        QCOMPARE(asked.requests->completed.a, c.requests->completed.a);
        const CompareOptions unknown{.requests = RequestChoice{RequestKind::Task, "checkout"}};
        QVERIFY(!compareTraces(told({}), told({}), unknown).requests);
    }

    void onlyWhatBothFormatsRecordIsJudged() {
        const auto calling = [](Time length) {
            Story own;
            for (int i = 0; i < 200; ++i)
                own.g(10 + i)
                    .bornAt(i * 5_ms)
                    .runs(1_ms)
                    .inSyscall({"syscall.Read", "main.read"}, length)
                    .runs(1_ms)
                    .ends();
            return computeFacts(own.told(1100_ms));
        };
        const Comparison same = compareTraces(withFormat(calling(20_ms), 26), withFormat(calling(2_ms), 26));
        QCOMPARE(rowAt(same, "main.read")->verdict, RowVerdict::Improved);
        const Comparison other = compareTraces(withFormat(calling(20_ms), 21), withFormat(calling(2_ms), 26));
        QCOMPARE(rowAt(other, "main.read")->verdict, RowVerdict::NotComparable);
        QCOMPARE(lineOf(other, "format").weight, CardWeight::Differs);
        QVERIFY(lineOf(other, "format").consequence.find("system calls") != std::string::npos);
        QVERIFY(other.comparable());
    }

    void whatMayBeRequestsIsCalledThat() {
        const Service half{.requests = 200, .every = 10_ms, .wait = 4_ms};
        const Comparison guessed = compareTraces(told({.wait = 8_ms}), told(half));
        QVERIFY(anyContains(guessed.warnings, "if these are requests"));
        QVERIFY(!anyContains(guessed.warnings, "B had less load"));
        // Goroutines of the library are a measure only where both have as many.
        const auto withLibrary = [](int requests) {
            return told({.requests = requests,
                         .stack = {"sync.(*Mutex).Lock", "net/http.(*Transport).dial"},
                         .function = "net/http.(*Transport).dial"});
        };
        QVERIFY(!compareTraces(withLibrary(400), withLibrary(200)).requests);
        QVERIFY(compareTraces(withLibrary(400), withLibrary(400)).requests);
    }

    void lessLoadAndAFrozenProcessAreSaidToExplainADrop() {
        const CompareOptions named{.requests = RequestChoice{RequestKind::Function, "main.handle"}};
        const Comparison lighter = compareTraces(told({.every = 5_ms, .wait = 8_ms}),
                                                 told({.requests = 200, .every = 10_ms, .wait = 4_ms}), named);
        QVERIFY(anyContains(lighter.warnings, "B had less load"));
        const Comparison frozen = compareTraces(told({.wait = 400_ms, .length = 3_s}),
                                                told({.wait = 2_ms,
                                                      .stack = {"runtime.chanrecv1", "main.next"},
                                                      .reason = "chan receive",
                                                      .length = 3_s,
                                                      .stuckEvery = 8}),
                                                named);
        QVERIFY(anyContains(frozen.warnings, "stands still"));
        QVERIFY(anyContains(frozen.warnings, "Waiting has moved"));
        QVERIFY(!anyContains(compareTraces(told({.wait = 8_ms}), told({}), named).warnings, "B had"));
    }

    void workersThatHaveLessToDoAreNoRegression() {
        const auto withWorkers = [](int requests, Time every) {
            Story story;
            const Time length = 2_s;
            for (int i = 0; i < requests; ++i)
                story.g(100 + i).bornAt(i * every).entry("main.handle").runs(500_us).ends();
            // Eight that wait for work nearly all the time, whatever there is to do.
            for (int w = 0; w < 8; ++w) {
                Teller& worker = story.g(1 + w).existed().entry("main.worker");
                const Time idle = 8 * every - 100_us;
                for (Time t = 0; t + idle + 200_us < length; t += idle + 101_us)
                    worker.runs(100_us)
                        .waitsOn("chan receive", {"runtime.chanrecv1", "main.worker"}, idle)
                        .wokenBy(100);
            }
            return computeFacts(story.told(length));
        };
        const CompareOptions named{.requests = RequestChoice{RequestKind::Function, "main.handle"}};
        const Comparison c = compareTraces(withWorkers(800, 2_ms), withWorkers(320, 5_ms), named);
        QCOMPARE(c.normalisedBy, NormalisedBy::Request);
        const ComparedRow& row = *rowAt(c, "main.worker");
        QVERIFY(*row.changes.perRequest.percent > 100);
        QCOMPARE(row.verdict, RowVerdict::NoEvidence);
        QVERIFY2(row.why.find("less to do") != std::string::npos, row.why.c_str());
    }

    void severalRunsASideAreTestedAcrossRuns() {
        const auto runs = [](const std::vector<Time>& waits) {
            std::vector<std::shared_ptr<const TraceFacts>> facts;
            for (const Time wait : waits)
                facts.push_back(told({.wait = wait}));
            return facts;
        };
        // Within a run 8 ms and 6 ms differ without doubt; the runs of one build differ as much as the builds.
        const auto noisy = Both{runs({8_ms, 5_ms, 7_ms}), runs({6_ms, 8_ms, 5_ms})};
        QCOMPARE(rowAt(compareTraces(noisy.a[0], noisy.b[0]), "main.get")->verdict, RowVerdict::Improved);
        const Comparison chance = compareRuns(noisy);
        QCOMPARE(rowAt(chance, "main.get")->verdict, RowVerdict::NoEvidence);
        QCOMPARE(rowAt(chance, "main.get")->runs.a.size(), 3U);
        QVERIFY(chance.headline.find("3 and 3 runs") != std::string::npos);
        const auto sure = Both{runs({80_ms, 81_ms, 82_ms}), runs({10_ms, 11_ms, 12_ms})};
        const Comparison better = compareRuns(sure);
        const ComparedRow& row = *rowAt(better, "main.get");
        QCOMPARE(row.verdict, RowVerdict::Improved);
        const double mean = (row.runs.a[0] + row.runs.a[1] + row.runs.a[2]) / 3;
        QVERIFY(std::abs(*row.metrics.a->perRequest - mean) < 1);
        QCOMPARE(rowAt(compareRuns({sure.b, sure.a}), "main.get")->verdict, RowVerdict::Regressed);
        QCOMPARE(*rowAt(compareRuns({sure.b, sure.a}), "main.get")->changes.perRequest.absolute,
                 -*row.changes.perRequest.absolute);
    }

    void aRunThatCannotBeComparedIsLeftOut() {
        const auto a = Both{std::vector{told({.wait = 8_ms}), told({.requests = 50, .every = 5_ms})},
                            std::vector{told({.wait = 2_ms}), told({.wait = 2_ms})}};
        const Comparison c = compareRuns(a);
        QVERIFY(anyContains(c.warnings, "left out"));
        QVERIFY(anyContains(c.warnings, "A has one run"));
        QVERIFY(c.furtherRuns.a.empty());
        QCOMPARE(c.furtherRuns.b.size(), 1U);
        QCOMPARE(rowAt(c, "main.get")->verdict, RowVerdict::Improved); // within the run
    }

    void theFirstNumbersComeBeforeTheVerdicts() {
        int calls = 0;
        std::vector<std::string> order;
        const Comparison c = compareTraces(told({.wait = 8_ms}), told({}), {}, {}, [&](const Comparison& first) {
            ++calls;
            QVERIFY(!first.judged);
            QVERIFY(!first.headline.empty());
            for (const ComparedRow& row : first.rows) {
                order.push_back(row.key.a.text());
                QVERIFY(!row.evidence.p);
            }
        });
        QCOMPARE(calls, 1);
        QVERIFY(c.judged);
        for (std::size_t r = 0; r < c.rows.size(); ++r)
            QCOMPARE(c.rows[r].key.a.text(), order[r]);
    }

    void aComparisonThatIsStoppedSaysSo() {
        std::stop_source stop;
        const Comparison c =
            compareTraces(told({}), told({}), {}, stop.get_token(), [&](const Comparison&) { stop.request_stop(); });
        QVERIFY(c.stopped && !c.judged);
        QVERIFY(!c.headline.empty());
    }

    void tracesWithoutWaitsOrTimeAreShownWithASentence() {
        Story nobody;
        nobody.g(1).existed().runs(1_ms);
        const auto idle = computeFacts(nobody.told(2_s));
        const Comparison none = compareTraces(idle, idle);
        QVERIFY(none.rows.empty());
        QVERIFY(none.headline.find("nobody waited") != std::string::npos);
        const Comparison oneSide = compareTraces(idle, told({}));
        QVERIFY(anyContains(oneSide.warnings, "In one of them nobody waited"));
        QCOMPARE(oneSide.rows.size(), 1U);
        Story empty;
        empty.g(1).existed().runs(0);
        const Comparison noTime = compareTraces(computeFacts(empty.told(0)), told({}));
        QVERIFY(!noTime.comparable());
        QVERIFY(!compareJson(noTime).empty());
    }

    void lengthsAndTheLongestWaitOfARowAreThere() {
        const Comparison c = compareTraces(told({.stuckEvery = 10}), told({.wait = 0}));
        const ComparedRow& row = *rowAt(c, "main.get");
        const Both<LengthHistogram> lengths = lengthsOf(c, row);
        std::uint64_t sum = 0;
        for (const std::uint64_t n : lengths.a.counts)
            sum += n;
        QCOMPARE(sum, row.metrics.a->finished);
        QVERIFY(lengths.b.counts.empty());
        const auto wait = longestOf(c, row, Side::A);
        QVERIFY(wait && c.facts.a->trace->isOpen(wait->goroutine, wait->wait));
        QVERIFY(!longestOf(c, row, Side::B));
    }

    void jsonHasTheKeysOfTheContract() {
        const auto facts = Both{told({.wait = 8_ms}), told({.stack = readLockInGet})};
        const auto findings = Both{computeFindings(facts.a, {}), computeFindings(facts.b, {})};
        const FindingsAcross across = findingsAcross(findings.a, findings.b);
        const std::string text = compareJson(compareTraces(facts.a, facts.b), &across);
        QCOMPARE(compareJson(compareTraces(facts.a, facts.b), &across), text);
        const Json json = Json::parse(text);
        for (const char* name : {"waitscope", "a", "b", "comparable", "warnings", "normalised_by", "requests", "totals",
                                 "rows", "headline", "card", "findings"})
            QVERIFY2(json.contains(name), name);
        QVERIFY(json["requests"]["a"].is_number_unsigned());
        const Json& row = json["rows"].front();
        for (const char* name : {"primitive", "site", "match", "a", "b", "change_percent", "p_value", "q_value",
                                 "cliffs_delta", "interval", "verdict"})
            QVERIFY2(row.contains(name), name);
        for (const char* name : {"total_ns", "concurrency", "share_percent", "per_request_ns", "finished", "open",
                                 "p50_ns", "p95_ns", "p99_ns", "peak_blocked", "blocked_at_end", "goroutines"}) {
            QVERIFY2(row["a"].contains(name), name);
            QVERIFY2(json["totals"]["lock"]["b"].contains(name), name);
        }
        QCOMPARE(row["primitive"].get<std::string>(), std::string("lock"));
        QCOMPARE(row["match"].get<std::string>(), std::string("exact"));
        QCOMPARE(row["verdict"].get<std::string>(), std::string("improved"));
        for (const char* name : {"concurrency", "share", "total"})
            QVERIFY2(row["change_percent"][name].get<double>() < -50, name);
        QCOMPARE(row["interval"].size(), 2U);
    }

    void markdownHasTheHeadlineTheCardAndTheCommand() {
        const std::string text =
            compareMarkdown(compareTraces(told({.wait = 8_ms}), told({})), nullptr, "waitscope compare a b");
        for (const char* part : {"lock-blocked time", "| duration |", "| improved |", "waitscope compare a b"})
            QVERIFY2(text.find(part) != std::string::npos, part);
    }
};

QTEST_APPLESS_MAIN(CompareTest)
#include "tst_compare.moc"
