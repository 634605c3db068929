// SPDX-License-Identifier: GPL-3.0-or-later
// How a load runs: one thread decompresses (if there is anything to decompress), the calling one finds what there is to
// order, workers order it (generation_reader.h), and one hashes the file for its identity.
#include "model/reader/load.h"

#include "model/build/side_by_side.h"
#include "model/build/slice_builder.h"
#include "model/build/trace_builder.h"
#include "model/reader/fingerprint.h"
#include "model/reader/generation_reader.h"
#include "model/reader/sniff.h"
#include "model/reader/trace_bytes.h"
#include "model/reader/v1_orderer.h"
#include "model/reader/wire.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <new>
#include <thread>

#include <malloc.h>

namespace waitscope {

namespace {

constexpr int firstV2 = 22;
constexpr int newestVersion = 26;
constexpr std::string_view howToRecord =
    " Record one with runtime/trace or from /debug/pprof/trace?seconds=5, and give that file.";

LoadError notATrace(const std::string& name, std::span<const std::byte> bytes) {
    if (bytes.empty())
        return {LoadError::Kind::NothingReadable,
                name + " is empty: the traced program wrote nothing, or ended before its first write." +
                    std::string(howToRecord)};
    const std::string instead = looksLike(bytes);
    return {LoadError::Kind::NotATrace, name + " is not a Go execution trace" +
                                            (instead.empty() ? "." : ": it looks like " + instead + ".") +
                                            std::string(howToRecord)};
}

LoadError tooOld(const std::string& name, int version) {
    constexpr std::array everWritten{5, 7, 8, 9, 10};
    if (std::ranges::find(everWritten, version) == everWritten.end())
        return {LoadError::Kind::NotATrace, name + " says that it is a trace of format go 1." +
                                                std::to_string(version) +
                                                ", which no Go ever wrote: its header is damaged."};
    return {LoadError::Kind::TooOld,
            name + " is a trace of format go 1." + std::to_string(version) +
                ". Formats before go 1.11 are not read: they need the traced program to name its functions. Record it "
                "with a newer Go."};
}

// The name of a file without its folders; what messages and pictures call it.
std::string nameOfFile(const std::string& path) {
    return path == "-" ? "standard input" : std::string(shortFile(path));
}

class Load {
  public:
    Load(TraceBytes& bytes, std::string name, const LoadOptions& options)
        : bytes_(bytes), name_(std::move(name)), options_(options) {}

    LoadResult run();

  private:
    /// Not worth another thread.
    [[nodiscard]] bool isSmall() const { return bytes_.stored().size() < std::size_t{256} << 10; }
    void warn(const ReadProblem& problem);
    void enter(LoadStage stage, std::uint64_t total);
    std::optional<LoadError> readHeader();
    void readGenerations();
    std::optional<LoadError> readV1();
    void publishSnapshot(const GenerationReader& reader);
    void describe(Trace& trace, std::int64_t clockAtStart) const;
    LoadResult publish(std::string sha256);
    [[nodiscard]] LoadResult cancelled() const {
        return {nullptr, LoadError{LoadError::Kind::Cancelled, "Loading " + name_ + " was cancelled."}};
    }

    TraceBytes& bytes_;
    std::string name_;
    const LoadOptions& options_;
    unsigned threads_ = options_.threads != 0 ? options_.threads : isSmall() ? 1 : threadsByDefault();
    LoadReport report_;
    TraceHeader header_;
    Strings strings_;
    Stacks stacks_;
    TraceBuilder builder_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration nextSnapshot_ = options_.publishAfter;
    std::optional<std::pair<std::int64_t, std::int64_t>> wallClockAt_; ///< ns of the trace clock, ns since 1970
};

void Load::enter(LoadStage stage, std::uint64_t total) {
    if (options_.progress == nullptr)
        return;
    options_.progress->bytesDone = 0;
    options_.progress->bytesTotal = total;
    options_.progress->stage = stage;
}

void Load::warn(const ReadProblem& problem) {
    LoadWarning warning{.text = problem.text, .byteOffset = problem.byteOffset, .generation = {}, .thread = {}};
    if (problem.generation != 0)
        warning.generation = problem.generation;
    warning.thread = problem.thread;
    warning.text += " (byte " + countText(problem.byteOffset) + ").";
    if (report_.complete)
        report_.error = warning.text;
    report_.complete = false;
    report_.warnings.push_back(std::move(warning));
}

std::optional<LoadError> Load::readHeader() {
    constexpr std::size_t searched = std::size_t{64} << 10;
    const std::size_t available = bytes_.ensure(searched);
    const std::span<const std::byte> front(bytes_.data(), std::min(available, searched));
    const auto header = findHeader(front);
    if (!header && front.empty() && !bytes_.damage().empty())
        return LoadError{LoadError::Kind::NothingReadable,
                         name_ + " is damaged: " + bytes_.damage() + ". Nothing in it can be read; copy it again."};
    if (!header)
        return notATrace(name_, front);
    header_ = *header;
    constexpr std::array v1Versions{11, 19, 21};
    if (header_.version < firstV2 && std::ranges::find(v1Versions, header_.version) == v1Versions.end())
        return tooOld(name_, header_.version);
    if (header_.offset != 0)
        report_.warnings.push_back({.text = "The trace begins at byte " + countText(header_.offset) +
                                            "; what stands in front of it was skipped.",
                                    .byteOffset = 0,
                                    .generation = {},
                                    .thread = {}});
    if (header_.version > newestVersion)
        report_.warnings.push_back({.text = "The format " + header_.text() +
                                            " is newer than this program; it was read as go 1." +
                                            std::to_string(newestVersion) + ".",
                                    .byteOffset = {},
                                    .generation = {},
                                    .thread = {}});
    return {};
}

void Load::readGenerations() {
    enter(LoadStage::Reading, bytes_.stored().size());
    StringInterner stringInterner(strings_);
    StackInterner stackInterner(stacks_);
    GenerationReader reader(bytes_, stringInterner, stackInterner, builder_,
                            {.threads = threads_,
                             .sliceBytes = options_.sliceBytes == 0 ? sliceBytes : options_.sliceBytes,
                             .stop = options_.stop,
                             .progress =
                                 [this](std::uint64_t offset) {
                                     if (options_.progress != nullptr)
                                         options_.progress->bytesDone = bytes_.storedBytesFor(offset);
                                 },
                             .warn = [this](const ReadProblem& problem) { warn(problem); },
                             .joined = options_.publish
                                           ? std::function<void()>([this, &reader] { publishSnapshot(reader); })
                                           : std::function<void()>()});
    reader.read(header_.offset + headerSize, std::min(header_.version, newestVersion));
    wallClockAt_ = reader.wallClock();
    report_.events = reader.delivered();
    report_.traceBytes = reader.endOffset();
    report_.steps = reader.steps();
}

// A v1 file can only be understood as a whole: its clock and its stacks stand at its end.
std::optional<LoadError> Load::readV1() {
    enter(LoadStage::Reading, bytes_.stored().size());
    StringInterner stringInterner(strings_);
    StackInterner stackInterner(stacks_);
    const std::size_t begin = header_.offset + headerSize;
    const std::size_t end = bytes_.ensure(SIZE_MAX);
    const v1::File file = v1::readFile({bytes_.data() + begin, end - begin}, begin, stringInterner, stackInterner);
    if (!file.ticksPerSecond)
        return LoadError{LoadError::Kind::NothingReadable,
                         name_ + " is cut off: a trace of this format (" + header_.text() +
                             ") says at its end how fast its clock runs and what its stacks are, and the end is "
                             "missing. Copy it again, or record it until trace.Stop returns."};
    if (file.problem)
        warn(*file.problem);
    SliceBuilder slice;
    v1::Orderer orderer(file, header_.version, stringInterner, slice);
    if (const auto problem = orderer.order(options_.stop))
        warn(*problem);
    builder_.append(slice.finish());
    report_.events = orderer.delivered();
    report_.traceBytes = end;
    report_.steps = orderer.steps();
    return {};
}

void Load::publishSnapshot(const GenerationReader& reader) {
    if (std::chrono::steady_clock::now() - begun_ < nextSnapshot_)
        return;
    std::shared_ptr<Trace> trace = builder_.snapshot(strings_, stacks_, threads_, options_.stop);
    if (!trace || trace->goroutines.size() == 0)
        return;
    wallClockAt_ = reader.wallClock();
    describe(*trace, builder_.clockAtStart());
    trace->report = report_;
    trace->report.growing = true;
    trace->report.events = reader.delivered();
    options_.publish(std::move(trace));
    nextSnapshot_ =
        options_.publishAfter.count() == 0 ? options_.publishAfter : 2 * (std::chrono::steady_clock::now() - begun_);
}

void Load::describe(Trace& trace, std::int64_t clockAtStart) const {
    if (wallClockAt_)
        trace.wallClock =
            WallClock{.unixNanosecondsAtStart = wallClockAt_->second - (wallClockAt_->first - clockAtStart)};
    trace.formatVersion = header_.version;
    trace.identity = {.fileName = name_, .format = header_.text(), .sha256 = {}};
}

LoadResult Load::publish(std::string sha256) {
    enter(LoadStage::Building, 0);
    const std::int64_t clockAtStart = builder_.clockAtStart();
    std::shared_ptr<Trace> trace = builder_.finish(std::move(strings_), std::move(stacks_), threads_, options_.stop);
    if (!trace)
        return cancelled();
    if (trace->goroutines.size() == 0)
        return {nullptr, LoadError{LoadError::Kind::NothingReadable,
                                   name_ + " holds the header of a trace but no events" +
                                       (report_.error.empty() ? std::string(".") : ". " + report_.error) +
                                       " Was the program killed before it called trace.Stop?"}};
    describe(*trace, clockAtStart);
    trace->identity.sha256 = std::move(sha256);
    if (const std::string damage = bytes_.damage(); !damage.empty())
        warn({.text = "The file is damaged: " + damage + ", so what follows is missing",
              .byteOffset = report_.traceBytes,
              .generation = 0,
              .thread = {}});
    report_.bytes = bytes_.stored().size();
    trace->report = std::move(report_);
    return {std::move(trace), {}};
}

LoadResult Load::run() {
    if (options_.stop.stop_requested())
        return cancelled();
    if (auto error = readHeader())
        return {nullptr, std::move(error)};
    std::string sha256;
    const auto hash = [&, ours = options_.stop] { sha256 = sha256Of(bytes_.stored(), ours); };
    std::jthread hashing;
    if (isSmall())
        hash();
    else
        hashing = std::jthread(hash);
    std::optional<LoadError> error;
    if (header_.version < firstV2)
        error = readV1();
    else
        readGenerations();
    ::malloc_trim(0); // what the threads worked with goes back to the system before the columns are laid out
    if (hashing.joinable())
        hashing.join();
    if (error)
        return {nullptr, std::move(error)};
    if (options_.stop.stop_requested())
        return cancelled();
    return publish(std::move(sha256));
}

// Runs `load`; a trace that does not fit into memory is an error like others.
template <class Work> LoadResult guarded(const std::string& name, Work load) {
    try {
        return load();
    } catch (const std::bad_alloc&) {
        return {nullptr,
                LoadError{LoadError::Kind::Unreadable,
                          name + " does not fit into memory. Close other programs, or record a shorter trace."}};
    }
}

} // namespace

std::string_view nameOf(LoadStage stage) {
    switch (stage) {
    case LoadStage::Opening:
        return "Opening";
    case LoadStage::Reading:
        return "Reading events";
    case LoadStage::Building:
        return "Building the timeline";
    case LoadStage::Analysing:
        return "Analysing waits";
    }
    return "";
}

LoadResult loadTrace(const std::string& path, const LoadOptions& options) {
    const std::string name = nameOfFile(path);
    return guarded(name, [&]() -> LoadResult {
        LoadError error;
        const auto bytes = TraceBytes::open(path, options, error);
        return bytes ? Load(*bytes, name, options).run() : LoadResult{nullptr, std::move(error)};
    });
}

LoadResult loadTrace(std::span<const std::byte> stored, const std::string& name, const LoadOptions& options) {
    return guarded(name, [&] {
        const auto bytes = TraceBytes::of(stored, options);
        return Load(*bytes, name, options).run();
    });
}

} // namespace waitscope
