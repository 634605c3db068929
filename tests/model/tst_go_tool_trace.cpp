// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of `go tool trace`, with the same numbers: beside what the tool of Go 1.26 said of the same recording
// (`tests/programs/profiles/record`). Where ours count more, the test says what.
#include "model/report/wait_profile.h"
#include "model/waits/function_times.h"
#include "model/waits/work_times.h"
#include "tests/support/recordings.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <map>

using namespace waitscope;
using namespace waitscope::test;

namespace {

struct Sum {
    std::int64_t count = 0;
    std::int64_t time = 0;
    friend bool operator==(const Sum&, const Sum&) = default;
};
using ByStack = std::map<QString, Sum>;

QString stackText(const Trace& trace, StackId stack) {
    QStringList frames;
    for (const FrameId id : trace.stacks[stack]) {
        const Frame& frame = trace.frame(id);
        frames << QString::fromStdString(std::string(trace.text(frame.function)) + " " +
                                         std::string(trace.text(frame.file)) + ":" + std::to_string(frame.line));
    }
    return frames.join(u'\n');
}

qint64 number(const QJsonValue& object, const char* key) {
    return object[QLatin1String(key)].toInteger();
}

/// All rows of a table of the tool added up; columns whose names begin with `prefix`.
qint64 sumOf(const QJsonValue& group, const QString& prefix, const QString& but = {}) {
    qint64 sum = 0;
    for (const QJsonValue& row : group[QLatin1String("rows")].toArray()) {
        const QJsonObject columns = row.toObject();
        for (auto column = columns.begin(); column != columns.end(); ++column)
            if (column.key().startsWith(prefix) && column.key() != but)
                sum += column->toInteger();
    }
    return sum;
}

template <class Times> Time waitingOf(const Times& times) {
    return times.in(StateFamily::Lock) + times.in(StateFamily::Channel) + times.in(StateFamily::Network) +
           times.in(StateFamily::Sleep) + times.in(StateFamily::GC) + times.in(StateFamily::Other);
}

const QString blockTime = QStringLiteral("Block time");
const QString blockInSyscall = QStringLiteral("Block time (syscall)");

/// The states that the tool has in the rows of a group.
template <class Times> void compareStates(const Times& ours, const QJsonValue& tools) {
    QCOMPARE(ours.in(StateFamily::Running), sumOf(tools, QStringLiteral("Execution time")));
    QCOMPARE(ours.in(StateFamily::Runnable), sumOf(tools, QStringLiteral("Sched wait time")));
    QCOMPARE(ours.in(StateFamily::Syscall),
             sumOf(tools, QStringLiteral("Syscall execution time")) + sumOf(tools, blockInSyscall));
    QCOMPARE(waitingOf(ours), sumOf(tools, blockTime, blockInSyscall));
}

} // namespace

class GoToolTraceTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        const LoadResult loaded = loadTrace(WAITSCOPE_TEST_DATA "/profiles-go1.26.trace");
        QVERIFY(loaded.trace);
        facts = computeFacts(loaded.trace);
        QFile file(QStringLiteral(WAITSCOPE_TEST_DATA "/profiles-go1.26.tool.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        tool = QJsonDocument::fromJson(file.readAll()).object();
    }

    void finishedWaitsAreThoseOfItsProfiles_data() {
        QTest::addColumn<int>("kind");
        for (const ProfileKind kind : {ProfileKind::Sync, ProfileKind::Network, ProfileKind::Syscall})
            QTest::newRow(std::string(nameOf(kind)).c_str()) << static_cast<int>(kind);
    }
    void finishedWaitsAreThoseOfItsProfiles() {
        QFETCH(int, kind);
        ByStack more;
        const ByStack ours = profileOf(static_cast<ProfileKind>(kind), more);
        const ByStack theirs = toolsProfile(static_cast<ProfileKind>(kind));
        QVERIFY(theirs.size() >= 4);
        for (const auto& [stack, sum] : theirs)
            QVERIFY2(ours.contains(stack) && ours.at(stack) == sum, qPrintable(stack));
        QCOMPARE(ours.size(), theirs.size());
        if (static_cast<ProfileKind>(kind) == ProfileKind::Sync) // what the tool cannot see, and we do
            QVERIFY(std::ranges::any_of(
                more, [](const auto& entry) { return entry.first.contains(QLatin1String("main.blockedForGood")); }));
    }

    void theQueueForProcessorsHasMoreThanItsByTheFirstRunOfEach() {
        ByStack more;
        const ByStack ours = profileOf(ProfileKind::Scheduler, more);
        const ByStack theirs = toolsProfile(ProfileKind::Scheduler);
        // The tool cuts off a goroutine's time before its first run in the trace, and with it the wait for that run.
        ByStack firstRuns;
        const Trace& trace = *facts->trace;
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
            const SpanRange own = trace.goroutines.spans({g});
            for (SpanIndex s{own.begin}; s.value < own.end && trace.spans.state(s) != GoroutineState::Running;
                 ++s.value) {
                if (trace.spans.state(s) != GoroutineState::Runnable || trace.isOpen({g}, s) ||
                    trace.spans.kind(s).origin == SpanOrigin::BeforeTrace)
                    continue;
                Sum& sum = firstRuns[stackText(trace, trace.spans.stack(s))];
                ++sum.count;
                sum.time += trace.spans.range(s).length();
            }
        }
        QVERIFY(firstRuns.size() >= 5);
        ByStack expected = theirs;
        for (const auto& [stack, sum] : firstRuns) {
            expected[stack].count += sum.count;
            expected[stack].time += sum.time;
        }
        for (const auto& [stack, sum] : expected)
            QVERIFY2(ours.contains(stack) && ours.at(stack) == sum, qPrintable(stack));
        QCOMPARE(ours.size(), expected.size());
    }

    void functionsHaveItsGoroutinesAndTimes() {
        const std::vector<FunctionTimes> ours = functionTimes(*facts, facts->trace->wholeRange(), true);
        std::size_t compared = 0;
        for (const QJsonValue& group : tool[QLatin1String("goroutines")].toArray()) {
            const QString function = group[QLatin1String("function")].toString();
            const auto row = std::ranges::find_if(ours, [&](const FunctionTimes& times) {
                return function.toStdString() == facts->trace->text(times.function);
            });
            QVERIFY2(row != ours.end(), qPrintable(function));
            QCOMPARE(static_cast<qint64>(row->goroutines), number(group, "count"));
            QCOMPARE(row->in(StateFamily::Running), number(group, "running_ns"));
            compareStates(*row, group);
            ++compared;
        }
        QCOMPARE(compared, ours.size());
    }

    void regionsHaveItsCountsAndTimes() {
        const std::vector<WorkTimes> ours = regionTimes(*facts, facts->trace->wholeRange());
        QCOMPARE(ours.size(), 3U);
        for (const WorkTimes& row : ours) {
            const QString type = QString::fromStdString(std::string(facts->trace->text(row.type)));
            const QJsonValue group = groupOf("regions", type);
            QCOMPARE(static_cast<qint64>(row.count), number(group, "count"));
            QCOMPARE(row.total, sumOf(group, QStringLiteral("Total")));
            QCOMPARE(row.elsewhere, 0);
            compareStates(row, group);
        }
        // Regions without a name, which goroutines inherit from their creators, are the tool's invention.
        QCOMPARE(tool[QLatin1String("regions")].toArray().size(), 4);
        QVERIFY(!groupOf("regions", QString()).isNull());
    }

    void tasksHaveItsCountsAndLengths() {
        const std::vector<WorkTimes> ours = taskTimes(*facts, facts->trace->wholeRange());
        QCOMPARE(ours.size(), static_cast<std::size_t>(tool[QLatin1String("tasks")].toArray().size()));
        for (const WorkTimes& row : ours) {
            const QJsonValue group =
                groupOf("tasks", QString::fromStdString(std::string(facts->trace->text(row.type))));
            const QJsonArray complete = group[QLatin1String("complete_ns")].toArray();
            const QJsonArray open = group[QLatin1String("incomplete_ns")].toArray();
            QCOMPARE(static_cast<qint64>(row.count), number(group, "count"));
            QCOMPARE(static_cast<qint64>(row.open), open.size());
            Time total = 0;
            for (const QJsonArray& list : {complete, open})
                for (const QJsonValue& length : list)
                    total += length.toInteger();
            QCOMPARE(row.total, total);
            QCOMPARE(row.max.value_or(0), complete.isEmpty() ? 0 : complete.last().toInteger());
        }
    }

  private:
    /// Finished waits by stack, as the tool counts them; `more` has the others.
    ByStack profileOf(ProfileKind kind, ByStack& more) const {
        ByStack sums;
        const WaitProfile profile = computeWaitProfile(*facts, kind, facts->trace->wholeRange(), true);
        for (const ProfileRecord& record : profile.records) {
            Sum& sum = (record.seen == Seen::Whole ? sums : more)[stackText(*facts->trace, record.stack)];
            sum.count += static_cast<std::int64_t>(record.count);
            sum.time += record.time;
        }
        return sums;
    }
    [[nodiscard]] ByStack toolsProfile(ProfileKind kind) const {
        ByStack sums;
        const QJsonValue profiles = tool[QLatin1String("profiles")];
        for (const QJsonValue& record : profiles[QString::fromStdString(std::string(nameOf(kind)))].toArray()) {
            QStringList frames;
            for (const QJsonValue& frame : record[QLatin1String("stack")].toArray())
                frames << frame.toString();
            Sum& sum = sums[frames.join(u'\n')];
            sum.count += number(record, "count");
            sum.time += number(record, "delay_ns");
        }
        return sums;
    }
    [[nodiscard]] QJsonValue groupOf(const char* table, const QString& type) const {
        for (const QJsonValue& group : tool[QLatin1String(table)].toArray())
            if (group[QLatin1String("type")].toString() == type)
                return group;
        return {};
    }

    std::shared_ptr<const TraceFacts> facts;
    QJsonObject tool;
};

QTEST_APPLESS_MAIN(GoToolTraceTest)
#include "tst_go_tool_trace.moc"
