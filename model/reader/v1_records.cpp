// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/v1_records.h"

#include "model/reader/wire.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope::v1 {

namespace {

// Arguments behind the time, the stack not counted; and which types end with a stack.
struct Shape {
    std::uint8_t arguments = 0;
    bool stack = false;
};
constexpr std::array<Shape, typeCount> shapes{{
    {},         {},        {},         {},         {1, true},  {1, false}, {},         {1, true},  {},
    {1, false}, {},        {0, true},  {2, false}, {2, true},  {2, false}, {},         {0, true},  {0, true},
    {0, true},  {0, true}, {0, true},  {2, true},  {0, true},  {0, true},  {0, true},  {0, true},  {0, true},
    {0, true},  {0, true}, {3, false}, {},         {1, false}, {1, false}, {1, false}, {1, false}, {},
    {},         {},        {1, false}, {1, true},  {2, false}, {3, false}, {0, true},  {0, true},  {},
    {3, true},  {1, true}, {3, true},  {2, true},  {3, true},
}};

constexpr std::uint64_t longestText = 1'000'000;
constexpr std::uint64_t mostFrames = 1024;
constexpr std::size_t mostProcs = 1024; // Go's own limit; without one, a damaged file could name millions

// Reads the fields of an event behind its type byte.
bool readEvent(ByteCursor& in, std::uint8_t first, Record& record) {
    record.type = first & 0x3fU;
    const unsigned form = first >> 6U;
    const Shape shape = shapes[record.type];
    const std::size_t wanted = std::size_t{shape.arguments} + (shape.stack ? 1 : 0);
    record.stack = 0;
    record.message = {};
    std::size_t present = form;
    const std::byte* end = nullptr;
    if (form == 3) {
        const std::uint64_t length = in.uvarint();
        if (in.failed() || length > in.left())
            return false;
        end = in.position() + length;
        present = wanted;
    }
    record.ticks = in.uvarint();
    for (std::size_t i = 0; i < present; ++i) {
        const std::uint64_t value = in.uvarint();
        if (i < shape.arguments)
            record.arguments[i] = value;
        else if (i < wanted)
            record.stack = value;
    }
    if (in.failed() || present != wanted || (end != nullptr && in.position() != end))
        return false;
    if (record.type == UserLog) {
        const std::uint64_t length = in.uvarint();
        const std::byte* const text = in.take(length);
        if (in.failed() || length > longestText)
            return false;
        record.message = {text, static_cast<std::size_t>(length)};
    }
    return true;
}

// Steps over a stack behind its type byte; false if it makes no sense.
bool skipStack(ByteCursor& in, std::uint8_t first) {
    if (first >> 6U == 3)
        in.uvarint(); // the length, which the fields say again
    in.uvarint();
    const std::uint64_t count = in.uvarint();
    if (count > mostFrames)
        return false;
    for (std::uint64_t fields = 4 * count; fields > 0; --fields)
        in.uvarint();
    return !in.failed();
}

// A stack that `skipStack` has stepped over, once all strings are known.
void readStack(ByteCursor in, File& file, StackInterner& stacks) {
    if (in.byte() >> 6U == 3)
        in.uvarint();
    const std::uint64_t id = in.uvarint();
    const std::uint64_t count = in.uvarint();
    std::vector<FrameId> frames;
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const std::uint64_t pc = in.uvarint();
        const std::uint64_t function = in.uvarint();
        const std::uint64_t source = in.uvarint();
        const std::uint64_t line = in.uvarint();
        if (pc != 0 || function != 0)
            frames.push_back(stacks.internFrame({.function = file.strings[function],
                                                 .file = file.strings[source],
                                                 .line = static_cast<std::uint32_t>(line),
                                                 .pc = pc}));
    }
    if (frames.empty() && count != 0)
        frames.push_back(FrameId{}); // as in v2: there was a stack, but no frame of it is known
    file.stacks.set(id, stacks.intern(frames));
}

bool readString(ByteCursor& in, File& file, StringInterner& strings) {
    const std::uint64_t id = in.uvarint();
    const std::uint64_t length = in.uvarint();
    const std::byte* const text = in.take(length);
    if (in.failed() || id == 0 || length == 0 || length > longestText)
        return false;
    file.strings.set(id, strings.intern({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)}));
    return true;
}

// The walk over the file.
class Walk {
  public:
    Walk(File& file, StringInterner& strings) : file_(file), strings_(strings) {}

    // One record; false if it makes no sense.
    bool step(ByteCursor& in);
    // Behind the last record.
    void readStacks(const std::byte* end, StackInterner& stacks) {
        for (const std::byte* at : stacks_)
            if (at < end)
                readStack(ByteCursor(at, end), file_, stacks);
    }
    void closeSegment(const std::byte* at) {
        if (open_ != nullptr)
            open_->segments.back().end = at;
        open_ = nullptr;
    }

  private:
    bool batch(ByteCursor& in);
    void event(const Record& record);

    File& file_;
    StringInterner& strings_;
    std::vector<const std::byte*> stacks_;
    ProcStream* open_ = nullptr;
    std::uint64_t ticks_ = 0;
};

bool Walk::batch(ByteCursor& in) {
    const auto proc = static_cast<std::int64_t>(in.uvarint());
    ticks_ = in.uvarint();
    if (in.failed())
        return false;
    auto stream = std::ranges::find(file_.streams, proc, &ProcStream::proc);
    if (stream == file_.streams.end() && file_.streams.size() > mostProcs)
        return false;
    if (stream == file_.streams.end())
        stream = file_.streams.insert(stream, {.proc = proc, .segments = {}});
    stream->segments.push_back({.ticks = ticks_, .begin = in.position(), .end = in.position()});
    open_ = &*stream;
    return true;
}

void Walk::event(const Record& record) {
    ticks_ += record.ticks;
    file_.firstTicks = std::min(file_.firstTicks, ticks_);
    if (record.type == CpuSample)
        file_.samples.push_back({.ticks = record.arguments[0],
                                 .thread = -1,
                                 .proc = static_cast<std::int64_t>(record.arguments[1]),
                                 .goroutine = static_cast<std::int64_t>(record.arguments[2]),
                                 .stack = record.stack});
    if (record.type == GoSysExit)
        file_.syscallExits.push_back(
            {.ticks = record.arguments[2] != 0 ? record.arguments[2] : ticks_, .goroutine = record.arguments[0]});
}

bool Walk::step(ByteCursor& in) {
    const std::byte* const at = in.position();
    const std::uint8_t first = in.byte();
    const std::uint8_t type = first & 0x3fU;
    if (type == 0 || type >= typeCount)
        return false;
    if (type == Batch) {
        closeSegment(at);
        return batch(in);
    }
    if (type == String)
        return readString(in, file_, strings_);
    if (type == Stack) {
        stacks_.push_back(at);
        return skipStack(in, first);
    }
    if (type == Frequency || type == TimerGoroutine) {
        const std::uint64_t value = in.uvarint();
        if (type == Frequency && value != 0)
            file_.ticksPerSecond = value;
        return !in.failed();
    }
    Record record;
    if (!readEvent(in, first, record))
        return false;
    event(record);
    return true;
}

// Steps over any record; false if it makes no sense.
bool skipRecord(ByteCursor& in) {
    const std::uint8_t first = in.byte();
    const std::uint8_t type = first & 0x3fU;
    Record record;
    switch (type) {
    case Batch:
        in.uvarint();
        in.uvarint();
        return !in.failed();
    case String: {
        const std::uint64_t id = in.uvarint();
        const std::uint64_t length = in.uvarint();
        in.take(length);
        return !in.failed() && id != 0 && length != 0 && length <= longestText;
    }
    case Stack:
        return skipStack(in, first);
    case Frequency:
    case TimerGoroutine:
        in.uvarint();
        return !in.failed();
    default:
        return type != 0 && type < typeCount && readEvent(in, first, record);
    }
}

// Is there a batch, with records behind it that make sense?
bool batchBegins(const std::byte* at, const std::byte* end, std::uint64_t earliest) {
    constexpr std::uint8_t batch = 1U << 6U | Batch;
    constexpr std::ptrdiff_t looked = 512; // bytes; all a place is worth
    constexpr int convincing = 12;
    if (*at != std::byte{batch})
        return false;
    const bool toTheEnd = end - at <= looked;
    ByteCursor in(at + 1, toTheEnd ? end : at + looked);
    const std::uint64_t proc = in.uvarint();
    const std::uint64_t ticks = in.uvarint();
    if (in.failed() || (proc >= mostProcs && proc != UINT64_MAX) || ticks < earliest)
        return false;
    for (int n = 0; n < convincing; ++n) {
        if (in.atEnd())
            return toTheEnd && n != 0;
        if (!skipRecord(in))
            return in.atEnd() && !toTheEnd && n >= convincing / 2;
    }
    return true;
}

// The end of a file begins with the clock's frequency, which no batch is around, and goes on with the stacks in one.
bool endBegins(const std::byte* at, const std::byte* end) {
    constexpr std::uint64_t slowest = 100'000;
    constexpr std::uint64_t fastest = 10'000'000'000;
    if (*at != std::byte{Frequency})
        return false;
    ByteCursor in(at + 1, end);
    const std::uint64_t value = in.uvarint();
    return !in.failed() && value >= slowest && value <= fastest && !in.atEnd() && batchBegins(in.position(), end, 0);
}

// What stands at or behind `from`: a batch, or another trace's header, or the end.
const std::byte* findBatch(const std::byte* from, const std::byte* end, File& file, std::uint64_t offset) {
    const std::uint64_t earliest = file.firstTicks == UINT64_MAX ? 0 : file.firstTicks;
    for (const std::byte* at = from; at != end; ++at) {
        if (const auto version = headerAt({at, end})) {
            file.otherTrace =
                TraceHeader{.version = *version, .offset = offset + static_cast<std::uint64_t>(at - from)};
            return at;
        }
        if (batchBegins(at, end, earliest) || endBegins(at, end))
            return at;
    }
    return end;
}

} // namespace

File readFile(std::span<const std::byte> bytes, std::uint64_t offset, StringInterner& strings, StackInterner& stacks) {
    File file;
    Walk walk(file, strings);
    const std::byte* const end = bytes.data() + bytes.size();
    const std::byte* at = bytes.data();
    while (at != end) {
        ByteCursor in(at, end);
        if (walk.step(in)) {
            at = in.position();
            continue;
        }
        walk.closeSegment(at);
        const std::uint64_t here = offset + static_cast<std::uint64_t>(at - bytes.data());
        const std::byte* const next = findBatch(at, end, file, here);
        const bool last = next == end || file.otherTrace;
        if (!(file.otherTrace && next == at && file.ticksPerSecond)) // else the trace ends as it should
            file.problems.push_back({.text = next == end && in.atEnd()
                                                 ? std::string("The file ends inside a record")
                                                 : "A record makes no sense, and " +
                                                       countText(static_cast<std::uint64_t>(next - at)) +
                                                       " bytes there cannot be read",
                                     .byteOffset = here,
                                     .toTheEnd = last});
        if (last)
            break;
        at = next;
    }
    walk.closeSegment(at);
    walk.readStacks(at, stacks);
    std::ranges::stable_sort(file.samples, {}, &WireSample::ticks);
    std::ranges::stable_sort(file.syscallExits, {}, &LateSyscallExit::ticks);
    return file;
}

bool Cursor::next() {
    for (;;) {
        while (in_.atEnd()) {
            if (nextSegment_ == stream_->segments.size())
                return false;
            const Segment& segment = stream_->segments[nextSegment_++];
            in_ = ByteCursor(segment.begin, segment.end);
            ticks_ = segment.ticks;
        }
        const std::uint8_t first = in_.byte();
        const std::uint8_t type = first & 0x3fU;
        // What the walk has read is known to make sense; it is only stepped over here.
        if (type == String) {
            in_.uvarint();
            in_.take(in_.uvarint());
            continue;
        }
        if (type == Frequency || type == TimerGoroutine) {
            in_.uvarint();
            continue;
        }
        if (type == Stack) {
            skipStack(in_, first);
            continue;
        }
        if (!readEvent(in_, first, record_))
            return false;
        ticks_ += record_.ticks;
        record_.ticks = ticks_;
        if (type == CpuSample)
            continue;
        break;
    }
    record_.goroutine = running_;
    switch (record_.type) {
    case GoStart:
    case GoStartLocal:
    case GoStartLabel:
        running_ = record_.goroutine = record_.arguments[0];
        break;
    case GoEnd:
    case GoStop:
    case GoSched:
    case GoPreempt:
        running_ = 0;
        break;
    case GoSysExit:
    case GoSysExitLocal:
    case GoWaiting:
    case GoInSyscall:
        record_.goroutine = record_.arguments[0];
        break;
    default:
        if (isBlock(record_.type))
            running_ = 0;
        break;
    }
    return true;
}

} // namespace waitscope::v1
