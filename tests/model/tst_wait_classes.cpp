// SPDX-License-Identifier: GPL-3.0-or-later
// Does a stack give the primitive and the line that go-trace-format section C.5 says?
#include "model/facts.h"
#include "model/trace/wait_reasons.h"
#include "model/waits/standard_library.h"
#include "model/waits/wait_classes.h"
#include "tests/support/story.h"

#include <QtTest>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::StackText;
using waitscope::test::Story;

namespace {

struct Case {
    const char* name;
    std::string reason;
    StackText stack;
    Primitive primitive;
    std::string detail;
    std::string site;
};

const StackText sema{"runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1"};

StackText behind(StackText front, const StackText& rest) {
    front.insert(front.end(), rest.begin(), rest.end());
    return front;
}

std::string text(std::string_view v) {
    return std::string(v);
}

} // namespace

class WaitClassesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aStackOfABlockingEventTellsThePrimitive_data();
    void aStackOfABlockingEventTellsThePrimitive();
    void aRawStackFromBeforeTheTraceTellsThePrimitive_data();
    void aRawStackFromBeforeTheTraceTellsThePrimitive();
    void aWaitWithoutStackAndReasonFromBeforeTheTraceIsUnknown();
    void aWaitWithoutStackAndReasonInTheTraceIsACoroutine();
    void aReasonOfTheListIsKnownAndMeansWhatItSays();
    void aSystemCallIsAWaitOfItsOwn();
    void otherSpansHaveNoClass();
    void familiesFollowStates();
    void goroutinesOfTheRuntimeAreKnown();
    void packagesAreCutOutOfFunctionNames();
    void theFileDecidesWhereTheNameDoesNot();
};

void WaitClassesTest::aStackOfABlockingEventTellsThePrimitive_data() {
    QTest::addColumn<Case>("c");
    const std::vector<Case> cases{
        {"mutex", "sync", {"sync.(*Mutex).Lock", "main.get"}, Primitive::Mutex, "", "main.get"},
        {"rlock", "sync", {"sync.(*RWMutex).RLock", "main.get"}, Primitive::RWMutexRead, "", "main.get"},
        {"write lock", "sync", {"sync.(*RWMutex).Lock", "main.put"}, Primitive::RWMutexWrite, "", "main.put"},
        {"write lock behind a writer",
         "sync",
         {"sync.(*Mutex).Lock", "sync.(*RWMutex).Lock", "main.put"},
         Primitive::RWMutexWrite,
         "",
         "main.put"},
        {"wait group", "sync", {"sync.(*WaitGroup).Wait", "main.all"}, Primitive::WaitGroup, "", "main.all"},
        {"once",
         "sync",
         {"sync.(*Mutex).Lock", "sync.(*Once).doSlow", "sync.(*Once).Do", "main.init"},
         Primitive::Mutex,
         "sync.Once",
         "main.init"},
        {"mutex inside a once",
         "sync",
         {"sync.(*Mutex).Lock", "net.load", "sync.(*Once).doSlow", "main.x"},
         Primitive::Mutex,
         "",
         "main.x"},
        {"singleflight",
         "sync",
         {"sync.(*WaitGroup).Wait", "golang.org/x/sync/singleflight.(*Group).Do", "main.get"},
         Primitive::WaitGroup,
         "singleflight",
         "golang.org/x/sync/singleflight.(*Group).Do"},
        {"errgroup",
         "sync",
         {"sync.(*WaitGroup).Wait", "golang.org/x/sync/errgroup.(*Group).Wait", "main.get"},
         Primitive::WaitGroup,
         "errgroup",
         "golang.org/x/sync/errgroup.(*Group).Wait"},
        {"semaphore",
         "select",
         {"runtime.selectgo", "golang.org/x/sync/semaphore.(*Weighted).Acquire", "main.get"},
         Primitive::Select,
         "semaphore",
         "golang.org/x/sync/semaphore.(*Weighted).Acquire"},
        {"pool of connections",
         "select",
         {"runtime.selectgo", "database/sql.(*DB).conn", "database/sql.(*DB).query", "main.list"},
         Primitive::Select,
         "connection pool",
         "main.list"},
        {"pool of connections in a module",
         "select",
         {"runtime.selectgo", "golang.org/x/sync/semaphore.(*Weighted).Acquire",
          "github.com/jackc/puddle/v2.(*Pool[...]).acquire", "main.get"},
         Primitive::Select,
         "connection pool",
         "golang.org/x/sync/semaphore.(*Weighted).Acquire"},
        {"fd mutex",
         "sync",
         {"internal/poll.(*fdMutex).rwlock", "internal/poll.(*FD).Read", "main.r"},
         Primitive::Mutex,
         "fd mutex",
         "main.r"},
        {"semaphore of the runtime",
         "sync",
         {"runtime.stopTheWorld", "runtime.ReadMemStats", "main.m"},
         Primitive::Other,
         "sync",
         "main.m"},
        {"semaphore of the collector",
         "sync",
         {"runtime.gcStart", "runtime.mallocgc", "main.m"},
         Primitive::GC,
         "sync",
         "main.m"},
        {"lock without a stack", "sync", {}, Primitive::Other, "sync", ""},
        {"send", "chan send", {"runtime.chansend1", "main.s"}, Primitive::ChanSend, "", "main.s"},
        {"receive", "chan receive", {"runtime.chanrecv1", "main.r"}, Primitive::ChanReceive, "", "main.r"},
        {"range", "chan receive", {"runtime.chanrecv2", "main.r"}, Primitive::ChanReceive, "", "main.r"},
        {"receive without a stack", "chan receive", {}, Primitive::ChanReceive, "", ""},
        {"select", "select", {"runtime.selectgo", "main.s"}, Primitive::Select, "", "main.s"},
        {"pipe in memory",
         "select",
         {"runtime.selectgo", "io.(*pipe).read", "io.(*PipeReader).Read", "main.s"},
         Primitive::Select,
         "",
         "main.s"},
        {"empty select", "forever", {"runtime.block", "main.f"}, Primitive::SelectEmpty, "", "main.f"},
        {"send on nil", "forever", {"runtime.chansend1", "main.f"}, Primitive::NilChan, "", "main.f"},
        {"receive on nil", "forever", {"runtime.chanrecv1", "main.f"}, Primitive::NilChan, "", "main.f"},
        {"for ever without a stack", "forever", {}, Primitive::Other, "forever", ""},
        {"cond", "sync.(*Cond).Wait", {"sync.(*Cond).Wait", "main.c"}, Primitive::Cond, "", "main.c"},
        {"accept",
         "network",
         {"internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.a"},
         Primitive::Network,
         "",
         "main.a"},
        {"sleep", "sleep", {"time.Sleep", "main.z"}, Primitive::Sleep, "", "main.z"},
        {"assist",
         "GC mark assist wait for work",
         {"runtime.gcParkAssist", "main.a"},
         Primitive::GC,
         "GC mark assist wait for work",
         "main.a"},
        {"runtime.GC", "wait until GC ends", {"runtime.GC", "main.a"}, Primitive::GC, "wait until GC ends", "main.a"},
        {"synctest", "synctest", {"internal/synctest.Wait", "main.a"}, Primitive::Other, "synctest", "main.a"},
        {"a reason to come", "quantum", {"main.a"}, Primitive::Other, "quantum", "main.a"},
        {"library to the end",
         "select",
         {"runtime.selectgo", "net/http.(*persistConn).writeLoop"},
         Primitive::Select,
         "",
         "net/http.(*persistConn).writeLoop"},
        {"module without a dot",
         "select",
         {"runtime.selectgo", "shop/cart.(*Cart).Add", "main.m"},
         Primitive::Select,
         "",
         "shop/cart.(*Cart).Add"},
        {"type arguments",
         "select",
         {"runtime.selectgo", "slices.SortFunc[go.shape.[]github.com/a/b.T]", "main.m"},
         Primitive::Select,
         "",
         "main.m"},
    };
    for (const Case& c : cases)
        QTest::newRow(c.name) << c;
}

void WaitClassesTest::aStackOfABlockingEventTellsThePrimitive() {
    QFETCH(const Case, c);
    Story story;
    story.g(1).runs(1_ms).waitsOn(c.reason, c.stack, 3_ms).runs(1_ms).ends();
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const SpanIndex wait = trace->spanAt({0}, 2_ms);
    QCOMPARE(trace->spans.state(wait), GoroutineState::Waiting);
    const WaitClass& found = classes.of(*trace, wait);
    QCOMPARE(text(nameOf(found.primitive)), text(nameOf(c.primitive)));
    QCOMPARE(text(found.detail), c.detail);
    QCOMPARE(text(trace->text(trace->frame(found.site).function)), c.site);
    QCOMPARE(found.stack, trace->spans.stack(wait));
}

void WaitClassesTest::aRawStackFromBeforeTheTraceTellsThePrimitive_data() {
    QTest::addColumn<Case>("c");
    const StackText mutex123{"sync.runtime_SemacquireMutex", "sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock"};
    const StackText mutex124{"internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow",
                             "internal/sync.(*Mutex).Lock", "sync.(*Mutex).Lock"};
    const std::vector<Case> cases{
        {"mutex 1.23", "", behind(behind(sema, mutex123), {"main.get"}), Primitive::Mutex, "", "main.get"},
        {"mutex 1.24", "", behind(behind(sema, mutex124), {"main.get"}), Primitive::Mutex, "", "main.get"},
        {"rlock", "", behind(sema, {"sync.runtime_SemacquireRWMutexR", "sync.(*RWMutex).RLock", "main.get"}),
         Primitive::RWMutexRead, "", "main.get"},
        {"write lock", "", behind(sema, {"sync.runtime_SemacquireRWMutex", "sync.(*RWMutex).Lock", "main.put"}),
         Primitive::RWMutexWrite, "", "main.put"},
        {"write lock behind a writer", "", behind(behind(sema, mutex124), {"sync.(*RWMutex).Lock", "main.put"}),
         Primitive::RWMutexWrite, "", "main.put"},
        {"once", "", behind(behind(sema, mutex124), {"sync.(*Once).doSlow", "sync.(*Once).Do", "main.i"}),
         Primitive::Mutex, "sync.Once", "main.i"},
        {"wait group 1.23", "", behind(sema, {"sync.runtime_Semacquire", "sync.(*WaitGroup).Wait", "main.all"}),
         Primitive::WaitGroup, "", "main.all"},
        {"wait group 1.24", "",
         behind(sema, {"sync.runtime_SemacquireWaitGroup", "sync.(*WaitGroup).Wait", "main.all"}), Primitive::WaitGroup,
         "", "main.all"},
        {"cond",
         "",
         {"runtime.gopark", "runtime.goparkunlock", "sync.runtime_notifyListWait", "sync.(*Cond).Wait", "main.c"},
         Primitive::Cond,
         "",
         "main.c"},
        {"send",
         "",
         {"runtime.gopark", "runtime.chansend", "runtime.chansend1", "main.s"},
         Primitive::ChanSend,
         "",
         "main.s"},
        {"receive",
         "",
         {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv2", "main.r"},
         Primitive::ChanReceive,
         "",
         "main.r"},
        {"select", "", {"runtime.gopark", "runtime.selectgo", "main.s"}, Primitive::Select, "", "main.s"},
        {"empty select", "", {"runtime.gopark", "runtime.block", "main.s"}, Primitive::SelectEmpty, "", "main.s"},
        {"sleep", "", {"runtime.gopark", "time.Sleep", "main.z"}, Primitive::Sleep, "", "main.z"},
        {"accept",
         "",
         {"runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait", "internal/poll.(*pollDesc).wait",
          "internal/poll.(*pollDesc).waitRead", "internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.a"},
         Primitive::Network,
         "",
         "main.a"},
        {"fd mutex", "",
         behind(sema, {"internal/poll.runtime_Semacquire", "internal/poll.(*fdMutex).rwlock", "main.r"}),
         Primitive::Mutex, "fd mutex", "main.r"},
        {"sweeper",
         "",
         {"runtime.gopark", "runtime.goparkunlock", "runtime.bgsweep"},
         Primitive::GC,
         "",
         "runtime.bgsweep"},
        {"runtime.GC",
         "",
         {"runtime.gopark", "runtime.goparkunlock", "runtime.gcWaitOnMark", "runtime.GC", "main.gc"},
         Primitive::GC,
         "",
         "main.gc"},
        {"idle worker of the collector",
         "",
         {"runtime.gopark", "runtime.gcBgMarkWorker"},
         Primitive::Other,
         "",
         "runtime.gcBgMarkWorker"},
        {"force gc helper",
         "",
         {"runtime.gopark", "runtime.goparkunlock", "runtime.forcegchelper"},
         Primitive::Other,
         "",
         "runtime.forcegchelper"},
    };
    for (const Case& c : cases)
        QTest::newRow(c.name) << c;
}

void WaitClassesTest::aRawStackFromBeforeTheTraceTellsThePrimitive() {
    QFETCH(const Case, c);
    Story story;
    story.g(1).existed().waitsOn("", c.stack, 3_ms);
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const SpanIndex wait = trace->firstSpan({0});
    QCOMPARE(trace->spans.kind(wait).origin, SpanOrigin::BeforeTrace);
    const WaitClass& found = classes.of(*trace, wait);
    QCOMPARE(text(nameOf(found.primitive)), text(nameOf(c.primitive)));
    QCOMPARE(text(found.detail), c.detail);
    QCOMPARE(text(trace->text(trace->frame(found.site).function)), c.site);
}

void WaitClassesTest::aWaitWithoutStackAndReasonFromBeforeTheTraceIsUnknown() {
    Story story;
    story.g(1).existed().waitsOn("", {}, 3_ms);
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const WaitClass& found = classes.of(*trace, trace->firstSpan({0}));
    QCOMPARE(found.primitive, Primitive::Unknown);
    QVERIFY(!found.site.known());
}

void WaitClassesTest::aWaitWithoutStackAndReasonInTheTraceIsACoroutine() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("", {}, 3_ms);
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const WaitClass& found = classes.of(*trace, trace->lastSpan({0}));
    QCOMPARE(found.primitive, Primitive::Other);
    QCOMPARE(text(found.detail), std::string("coroutine"));
}

void WaitClassesTest::aReasonOfTheListIsKnownAndMeansWhatItSays() {
    for (const WaitReason& reason : waitReasons) {
        Story story;
        story.g(1).runs(1_ms).waitsOn(std::string(reason.text), {"main.a"}, 3_ms).runs(1_ms).ends();
        const auto facts = computeFacts(story.told(10_ms));
        QVERIFY(isKnownReason(reason.text));
        const Trace& trace = *facts->trace;
        const SpanIndex wait = trace.spanAt({0}, 2_ms);
        QCOMPARE(trace.text(trace.spans.kind(wait).reason), reason.text);
        // Only the stack could tell, and this one does not.
        QCOMPARE(facts->waits.of(trace, wait).primitive,
                 reason.primitive == Primitive::Unknown ? Primitive::Other : reason.primitive);
    }
    QVERIFY(!isKnownReason("quantum"));
    QVERIFY(isKnownReason(lostReasonText));
    QCOMPARE(primitiveOfReason("quantum"), Primitive::Other);
    QCOMPARE(primitiveOfReason("GC of a Go to come"), Primitive::GC);
}

void WaitClassesTest::aSystemCallIsAWaitOfItsOwn() {
    Story story;
    story.g(1).runs(1_ms).inSyscall({"syscall.read", "syscall.Read", "os.(*File).Read", "main.load"}, 3_ms);
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const WaitClass& found = classes.of(*trace, trace->lastSpan({0}));
    QCOMPARE(found.primitive, Primitive::Syscall);
    QCOMPARE(text(trace->text(trace->frame(found.site).function)), std::string("main.load"));
}

void WaitClassesTest::otherSpansHaveNoClass() {
    Story story;
    story.g(1).runs(1_ms).waitsOn("select", {"runtime.selectgo", "main.s"}, 1_ms).runs(1_ms);
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    QCOMPARE(classes.indexOf(*trace, trace->lastSpan({0})), 0U);
    QVERIFY(!classes.of(*trace, trace->lastSpan({0})).site.known());
    QCOMPARE(classes.all().size(), 2U);
}

void WaitClassesTest::familiesFollowStates() {
    Story story;
    story.g(1)
        .runs(1_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get"}, 1_ms)
        .runs(1_ms)
        .waitsOn("select", {"runtime.selectgo", "main.get"}, 1_ms)
        .runs(1_ms)
        .inSyscall({"main.load"}, 1_ms)
        .ends();
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const auto familyAt = [&](Time t) { return classes.familyOf(*trace, trace->spanAt({0}, t)); };
    QCOMPARE(familyAt(500_us), StateFamily::Running);
    QCOMPARE(familyAt(1500_us), StateFamily::Lock);
    QCOMPARE(familyAt(2000_us), StateFamily::Runnable);
    QCOMPARE(familyAt(3500_us), StateFamily::Channel);
    QCOMPARE(familyAt(5500_us), StateFamily::Syscall);
    QCOMPARE(classes.familyOf(*trace, trace->goroutines.marker({0})), StateFamily::Unknown);
}

void WaitClassesTest::goroutinesOfTheRuntimeAreKnown() {
    Story story;
    story.g(1).entry("runtime.main").runs(1_ms);
    story.g(2).entry("runtime.bgsweep").runs(1_ms);
    story.g(3).entry("runtime/trace.Start.func1").runs(1_ms);
    story.g(4).entry("main.work").runs(1_ms);
    story.g(5).existed().waitsOn("", {}, 1_ms);
    story.g(6).entry("runtime.corostart").runs(1_ms); // the body of an iterator
    const auto trace = story.told(10_ms);
    const WaitClasses classes(*trace);
    const auto isRuntime = [&](std::int64_t id) { return classes.isRuntime(trace->findGoroutine(id)); };
    QVERIFY(!isRuntime(1));
    QVERIFY(isRuntime(2));
    QVERIFY(isRuntime(3));
    QVERIFY(!isRuntime(4));
    QVERIFY(!isRuntime(5));
    QVERIFY(!isRuntime(6));
}

void WaitClassesTest::packagesAreCutOutOfFunctionNames() {
    QCOMPARE(text(packageOf("net/http.(*conn).serve")), std::string("net/http"));
    QCOMPARE(text(packageOf("main.main.func1")), std::string("main"));
    QCOMPARE(text(packageOf("main.Map[a/b.T,go.shape.int]")), std::string("main"));
    QCOMPARE(text(packageOf("gopkg.in/yaml%2ev3.Unmarshal")), std::string("gopkg.in/yaml%2ev3"));
    QCOMPARE(text(packageOf("github.com/a/b.(*T[c.d/e.F]).Get")), std::string("github.com/a/b"));
    QCOMPARE(text(packageOf("")), std::string());
}

void WaitClassesTest::theFileDecidesWhereTheNameDoesNot() {
    Trace trace;
    StringInterner names(trace.strings);
    StackInterner frames(trace.stacks);
    const auto frame = [&](std::string_view function, std::string_view file) {
        return frames.internFrame({.function = names.intern(function), .file = names.intern(file), .line = 1, .pc = 1});
    };
    const FrameId ownPool = frame("database/pool.Get", "/home/me/database/pool/pool.go");
    const FrameId trimmed = frame("sync.(*Mutex).Lock", "sync/mutex.go");
    const FrameId wrapper = frame("net/http.(*conn).serve", "<autogenerated>");
    const FrameId module = frame("shop/cart.Add", "shop/cart/cart.go");
    const FrameId dotted = frame("example%2eorg.Get", "/usr/local/go/src/x.go");
    {
        // Nothing tells where Go's own sources are: the names must do.
        const StandardLibrary library(trace);
        QVERIFY(library.contains(ownPool));
        QVERIFY(library.contains(trimmed));
        QVERIFY(library.contains(wrapper));
        QVERIFY(!library.contains(module));
        QVERIFY(!library.contains(dotted));
    }
    const FrameId park = frame("runtime.gopark", "/usr/local/go/src/runtime/proc.go");
    const FrameId toCome = frame("uuid.New", "/usr/local/go/src/uuid/uuid.go");
    const FrameId mainFunction = frame("main.main", "/usr/local/go/src/cmd/go/main.go");
    const StandardLibrary library(trace);
    QVERIFY(library.contains(park));
    QVERIFY(library.contains(toCome));
    QVERIFY(library.contains(trimmed));
    QVERIFY(!library.contains(ownPool));
    QVERIFY(!library.contains(mainFunction));
}

QTEST_APPLESS_MAIN(WaitClassesTest)
#include "tst_wait_classes.moc"
