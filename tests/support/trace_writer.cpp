// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/trace_writer.h"

#include <algorithm>

namespace waitscope::test {

namespace {

constexpr std::size_t batchRoom = 60'000;

void put(std::vector<std::byte>& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
        out.push_back(std::byte(static_cast<unsigned char>(value | 0x80U)));
    out.push_back(std::byte(static_cast<unsigned char>(value)));
}

void put(std::vector<std::byte>& out, const std::string& text) {
    put(out, text.size());
    for (const char c : text)
        out.push_back(std::byte(static_cast<unsigned char>(c)));
}

} // namespace

ThreadWriter& ThreadWriter::event(std::uint8_t type, std::initializer_list<std::uint64_t> arguments,
                                  std::uint64_t ticks) {
    if (data_.size() > batchRoom) {
        full_.emplace_back(batchClock_, std::move(data_));
        data_.clear();
        batchClock_ = clock_;
    }
    data_.push_back(std::byte{type});
    put(data_, ticks);
    for (const std::uint64_t argument : arguments)
        put(data_, argument);
    clock_ += ticks;
    return *this;
}

TraceWriter::TraceWriter(int version) : version_(version) {
    std::string header = "go 1." + std::to_string(version) + " trace";
    header.resize(16);
    for (const char c : header)
        out_.push_back(std::byte(static_cast<unsigned char>(c)));
}

void TraceWriter::generation(std::uint64_t number) {
    if (generation_ != 0)
        endGeneration();
    generation_ = number != 0 ? number : generation_ + 1;
}

ThreadWriter& TraceWriter::thread(std::int64_t id, std::uint64_t ticks) {
    const auto [found, isNew] = threads_.try_emplace(id);
    if (isNew) {
        found->second.id_ = id;
        found->second.clock_ = found->second.batchClock_ = ticks;
    }
    return found->second;
}

std::uint64_t TraceWriter::string(const std::string& text) {
    return strings_.try_emplace(text, strings_.size() + 1).first->second;
}

std::uint64_t TraceWriter::stack(const std::vector<std::string>& functions) {
    for (const std::string& function : functions)
        string(function);
    string("/src/main.go");
    return stacks_.try_emplace(functions, stacks_.size() + 1).first->second;
}

void TraceWriter::endGeneration() {
    std::uint64_t begin = UINT64_MAX;
    for (const auto& [id, thread] : threads_)
        begin = std::min(begin, thread.full_.empty() ? thread.batchClock_ : thread.full_.front().first);
    begin = threads_.empty() ? generation_ : begin;
    if (version_ >= 25) {
        std::vector<std::byte> sync{std::byte{wire::Sync}, std::byte{wire::Frequency}};
        put(sync, wire::ticksPerSecondOfNanotime);
        sync.push_back(std::byte{wire::ClockSnapshot});
        for (const std::uint64_t field :
             {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1'700'000'000}, std::uint64_t{0}})
            put(sync, field);
        batch(-1, begin, sync);
    }
    for (auto& [id, thread] : threads_) {
        for (const auto& [ticks, data] : thread.full_)
            batch(id, ticks, data);
        batch(id, thread.batchClock_, thread.data_);
    }
    if (version_ < 25) {
        std::vector<std::byte> frequency{std::byte{wire::Frequency}};
        put(frequency, wire::ticksPerSecondOfNanotime);
        batch(-1, begin, frequency);
    }
    std::vector<std::byte> stacks{std::byte{wire::Stacks}};
    for (const auto& [functions, id] : stacks_) {
        stacks.push_back(std::byte{wire::Stack});
        put(stacks, id);
        put(stacks, functions.size());
        std::uint64_t line = 10;
        for (const std::string& function : functions) {
            for (const std::uint64_t field : {0x1000 + line, string(function), string("/src/main.go"), line})
                put(stacks, field);
            ++line;
        }
    }
    batch(-1, begin, stacks);
    std::vector<std::byte> strings{std::byte{wire::Strings}};
    for (const auto& [text, id] : strings_) {
        strings.push_back(std::byte{wire::String});
        put(strings, id);
        put(strings, text);
    }
    batch(-1, begin, strings);
    if (version_ >= 26)
        out_.push_back(std::byte{wire::EndOfGeneration});
    threads_.clear();
    strings_.clear();
    stacks_.clear();
}

void TraceWriter::batch(std::int64_t thread, std::uint64_t ticks, const std::vector<std::byte>& data) {
    out_.push_back(std::byte{wire::EventBatch});
    for (const std::uint64_t field :
         {generation_, static_cast<std::uint64_t>(thread), ticks, std::uint64_t{data.size()}})
        put(out_, field);
    out_.insert(out_.end(), data.begin(), data.end());
}

std::vector<std::byte> TraceWriter::bytes() {
    endGeneration();
    return out_;
}

std::vector<std::byte> generatedTrace(std::size_t events) {
    constexpr std::size_t perGeneration = 1'000'000;
    constexpr std::uint64_t stuck = 50;
    TraceWriter writer(26);
    std::uint64_t nextGoroutine = 1000;
    std::uint64_t clock = 1'000'000;
    for (std::size_t written = 0; written < events;) {
        const bool first = written == 0;
        writer.generation();
        const std::uint64_t sync = writer.string("sync");
        const std::uint64_t receive = writer.string("chan receive");
        const std::uint64_t lock = writer.stack({"sync.(*Mutex).Lock", "main.(*cache).get", "main.handle"});
        const std::uint64_t unlock = writer.stack({"sync.(*Mutex).Unlock", "main.(*cache).get", "main.handle"});
        const std::uint64_t create = writer.stack({"main.serve", "main.main"});
        const std::uint64_t entry = writer.stack({"main.handle"});
        const std::uint64_t never = writer.stack({"runtime.chanrecv1", "main.stuck"});
        auto& a = writer.thread(1, clock);
        // The main goroutine creates handlers; each runs, waits for the lock, is woken by main, runs and ends.
        a.event(wire::ProcStatus, {0, wire::ProcRunning}).event(wire::GoStatus, {1, 1, wire::GoRunning});
        for (std::uint64_t g = 0; g < stuck; ++g)
            writer.thread(-1, clock).event(wire::GoStatusStack, {100 + g, UINT64_MAX, wire::GoWaiting, never},
                                           first ? 1 : 0);
        std::uint64_t sequenceOfMain = 0;
        std::size_t here = 2 + stuck;
        while (here < perGeneration && written + here < events) {
            const std::uint64_t g = nextGoroutine++;
            a.event(wire::GoCreate, {g, entry, create}, 5)
                .event(wire::GoBlock, {receive, create}, 3)
                .event(wire::GoStart, {g, 1}, 2)
                .event(wire::GoUnblock, {1, ++sequenceOfMain, unlock}, 4)
                .event(wire::GoBlock, {sync, lock}, 7)
                .event(wire::GoStart, {1, ++sequenceOfMain}, 2)
                .event(wire::GoUnblock, {g, 2, unlock}, 30)
                .event(wire::GoBlock, {receive, create}, 3)
                .event(wire::GoStart, {g, 3}, 2)
                .event(wire::GoUnblock, {1, ++sequenceOfMain, unlock}, 4)
                .event(wire::GoDestroy, {}, 9)
                .event(wire::GoStart, {1, ++sequenceOfMain}, 2);
            here += 12;
        }
        written += here;
        clock += 8 * here;
    }
    return writer.bytes();
}

std::vector<std::byte> generatedCrowd(std::size_t goroutines, std::size_t waits) {
    constexpr std::uint64_t firstId = 1000;
    constexpr std::size_t stuck = 100; // every so many
    TraceWriter writer(26);
    writer.generation();
    const std::uint64_t receive = writer.string("chan receive");
    const std::uint64_t create = writer.stack({"main.serve", "main.main"});
    const std::uint64_t entry = writer.stack({"main.handle"});
    const std::uint64_t work = writer.stack({"runtime.chanrecv1", "main.handle"});
    const std::uint64_t never = writer.stack({"runtime.chanrecv1", "main.stuck", "main.handle"});
    // One thread creates and wakes, the other runs them a moment later.
    ThreadWriter& creates = writer.thread(1, 1000);
    ThreadWriter& runs = writer.thread(2, 1002);
    creates.event(wire::ProcStatus, {0, wire::ProcRunning}).event(wire::GoStatus, {1, 1, wire::GoRunning});
    runs.event(wire::ProcStatus, {1, wire::ProcRunning}, 2);
    for (std::size_t i = 0; i < goroutines; ++i) {
        creates.event(wire::GoCreate, {firstId + i, entry, create}, 4);
        runs.event(wire::GoStart, {firstId + i, 1}, 3).event(wire::GoBlock, {receive, waits > 0 ? work : never});
    }
    for (std::size_t wait = 1; wait <= waits; ++wait)
        for (std::size_t i = 0; i < goroutines; ++i) {
            creates.event(wire::GoUnblock, {firstId + i, 2 * wait, create}, 4);
            runs.event(wire::GoStart, {firstId + i, 2 * wait + 1}, 3);
            if (wait < waits)
                runs.event(wire::GoBlock, {receive, work});
            else if (i % stuck == 0)
                runs.event(wire::GoBlock, {receive, never});
            else
                runs.event(wire::GoDestroy);
        }
    return writer.bytes();
}

} // namespace waitscope::test
