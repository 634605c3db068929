// SPDX-License-Identifier: GPL-3.0-or-later
// How a load runs: one thread decompresses (if there is anything to decompress), the calling one finds what there is to
// order, workers order it (generation_reader.h), and one hashes the file for its identity.
#include "model/reader/load.h"

#include "model/build/side_by_side.h"
#include "model/build/slice_builder.h"
#include "model/build/trace_builder.h"
#include "model/reader/damage_report.h"
#include "model/reader/fingerprint.h"
#include "model/reader/generation_reader.h"
#include "model/reader/memory_room.h"
#include "model/reader/sniff.h"
#include "model/reader/trace_bytes.h"
#include "model/reader/v1_orderer.h"
#include "model/reader/wire.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <new>
#include <thread>

#include <malloc.h>

namespace waitscope {

namespace {

constexpr int firstV2 = 22;
constexpr int newestVersion = 26;
// Of v1 files whose end, which says it, is missing: Go divides the processor's cycles by 64.
constexpr std::uint64_t assumedTicksPerSecond = 3'000'000'000 / 64;
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
    /// The trace whose header is at or behind byte `from`.
    /// Nothing but `part` of it, if that is given (LoadOptions::range).
    Load(TraceBytes& bytes, std::string name, const LoadOptions& options, std::size_t from,
         std::optional<TimeRange> part)
        : bytes_(bytes)
        , name_(std::move(name))
        , options_(options)
        , from_(from)
        , part_(part)
        , room_(memoryRoom(options.memory)) {}

    LoadResult run();
    [[nodiscard]] const std::optional<TraceHeader>& otherTrace() const { return otherTrace_; }

  private:
    /// Not worth another thread.
    [[nodiscard]] bool isSmall() const { return bytes_.stored().size() < std::size_t{256} << 10; }
    void note(const std::string& text, std::optional<std::uint64_t> offset = {});
    void noteOtherTraces(TraceHeader other);
    void enter(LoadStage stage, std::uint64_t total);
    void advance(std::uint64_t offset);
    bool refuses(std::uint64_t traceBytes);
    std::optional<LoadError> readHeader();
    void readGenerations();
    void readV1();
    void publishSnapshot(const GenerationReader& reader);
    void describe(Trace& trace, std::int64_t clockAtStart) const;
    LoadResult publish(std::string sha256);
    [[nodiscard]] LoadResult cancelled() const {
        return {nullptr, LoadError{LoadError::Kind::Cancelled, "Loading " + name_ + " was cancelled."}};
    }

    TraceBytes& bytes_;
    std::string name_;
    const LoadOptions& options_;
    std::size_t from_;
    std::optional<TimeRange> part_;
    static constexpr std::uint64_t checkedEvery = std::uint64_t{64} << 20;
    std::uint64_t lastChecked_ = 0; ///< offset at which it was last asked whether the rest fits
    unsigned threads_ = options_.threads != 0 ? options_.threads : isSmall() ? 1 : threadsByDefault();
    LoadReport report_;
    MemoryRoom room_;
    std::string refusal_;   ///< why it is not loaded, if it would not fit
    std::stop_source stop_; ///< stopped with the options' own, or when it does not fit
    std::stop_callback<std::function<void()>> stopped_{options_.stop, [this] { stop_.request_stop(); }};
    std::vector<ReadProblem> problems_;
    std::map<std::uint8_t, std::uint64_t> unknownEvents_;
    std::map<std::uint8_t, std::uint64_t> unknownExperiments_;
    TraceHeader header_;
    std::optional<TraceHeader> otherTrace_; ///< begins where this one ends
    Strings strings_;
    Stacks stacks_;
    TraceBuilder builder_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration nextSnapshot_ = options_.publishAfter;
    std::int64_t fileBegin_ = 0;                                       ///< ns of the trace clock, of a part
    std::optional<std::pair<std::int64_t, std::int64_t>> wallClockAt_; ///< ns of the trace clock, ns since 1970
};

void Load::enter(LoadStage stage, std::uint64_t total) {
    if (options_.progress == nullptr)
        return;
    options_.progress->bytesDone = 0;
    options_.progress->bytesTotal = total;
    options_.progress->stage = stage;
}

// Told after each generation. A stream that does not say how large it is may turn out not to fit.
void Load::advance(std::uint64_t offset) {
    const std::uint64_t stored = bytes_.storedBytesFor(offset);
    if (options_.progress != nullptr)
        options_.progress->bytesDone = stored;
    if (!part_ && bytes_.isWrapped() && stored != 0 && offset > lastChecked_ + checkedEvery) {
        lastChecked_ = offset;
        const double expected =
            static_cast<double>(offset) * static_cast<double>(bytes_.stored().size()) / static_cast<double>(stored);
        if (refuses(std::max(offset, static_cast<std::uint64_t>(expected))))
            stop_.request_stop();
    }
}

bool Load::refuses(std::uint64_t traceBytes) {
    if (refusal_.empty())
        refusal_ = refusalOf(name_, traceBytes, room_, header_.version >= firstV2);
    return !refusal_.empty();
}

void Load::note(const std::string& text, std::optional<std::uint64_t> offset) {
    report_.warnings.push_back({.text = text, .byteOffset = offset, .generation = {}, .thread = {}, .affected = {}});
}

std::optional<LoadError> Load::readHeader() {
    constexpr std::size_t searched = std::size_t{64} << 10;
    const std::size_t available = bytes_.ensure(from_ + searched);
    const std::span<const std::byte> front(bytes_.data() + from_, std::min(available - from_, searched));
    auto header = findHeader(front);
    if (header)
        header->offset += from_;
    if (const std::string why = header || !front.empty() ? "" : bytes_.emptiness(); !why.empty())
        return LoadError{LoadError::Kind::NotATrace, name_ + " " + why + std::string(howToRecord)};
    if (!header && front.empty() && !bytes_.damage().empty())
        return LoadError{LoadError::Kind::NothingReadable,
                         name_ + " is damaged: " + bytes_.damage() + ". Nothing in it can be read; copy it again."};
    if (!header)
        return notATrace(name_, front);
    header_ = *header;
    constexpr std::array v1Versions{11, 19, 21};
    if (header_.version < firstV2 && std::ranges::find(v1Versions, header_.version) == v1Versions.end())
        return tooOld(name_, header_.version);
    if (header_.offset != from_)
        note("The trace begins at byte " + countText(header_.offset) + "; what stands in front of it was skipped.", 0);
    if (header_.version > newestVersion)
        note("The format " + header_.text() + " is newer than this program; it was read as go 1." +
             std::to_string(newestVersion) + ".");
    return {};
}

void Load::readGenerations() {
    enter(LoadStage::Reading, bytes_.stored().size());
    StringInterner stringInterner(strings_);
    StackInterner stackInterner(stacks_);
    GenerationReader reader(bytes_, stringInterner, stackInterner, builder_,
                            {.threads = threads_,
                             .sliceBytes = options_.sliceBytes == 0 ? sliceBytes : options_.sliceBytes,
                             .stop = stop_.get_token(),
                             .progress = [this](std::uint64_t offset) { advance(offset); },
                             .warn = [this](const ReadProblem& problem) { problems_.push_back(problem); },
                             .joined = options_.publish
                                           ? std::function<void()>([this, &reader] { publishSnapshot(reader); })
                                           : std::function<void()>(),
                             .part = part_,
                             .hasRoom = [this](std::uint64_t bytes) { return !refuses(bytes); }});
    reader.read(header_.offset + headerSize, std::min(header_.version, newestVersion));
    wallClockAt_ = reader.wallClock();
    report_.events = reader.delivered();
    report_.traceBytes = reader.endOffset();
    report_.steps = reader.steps();
    fileBegin_ = reader.fileBegin();
    for (const auto& [offset, type] : reader.unknownEvents())
        ++unknownEvents_[type];
    unknownExperiments_ = reader.unknownExperiments();
    otherTrace_ = reader.otherTrace();
    if (!reader.afterword().empty())
        note("Behind the trace stands something else, which was left out: it looks like " + reader.afterword() + ".");
}

// Several traces in one file: the first is shown. The others are counted, so that nobody takes it for all there is.
void Load::noteOtherTraces(TraceHeader other) {
    std::uint64_t traces = 0;
    std::uint64_t generations = 0;
    for (std::optional<TraceHeader> next = other; next && !options_.stop.stop_requested();) {
        ++traces;
        if (next->version < firstV2)
            break; // says nothing of its end
        GenerationScanner scanner(bytes_, next->offset + headerSize, std::min(next->version, newestVersion));
        for (auto generation = scanner.next(); generation && !options_.stop.stop_requested();
             generation = scanner.next()) {
            ++generations;
            bytes_.release(scanner.offset());
        }
        next = scanner.otherTrace();
    }
    const std::size_t end = bytes_.ensure(SIZE_MAX);
    const bool one = traces == 1;
    note((one ? std::string("Another trace (") + other.text() + ") begins" : countText(traces) + " more traces begin") +
             " at byte " + countText(other.offset) + " of the file, of " + bytesText(end - other.offset) +
             (generations == 0 ? "" : " and " + countText(generations) + " generations") +
             "; only the first is shown. Cut the file there to open the " + (one ? "other." : "others."),
         other.offset);
}

// A v1 file can only be understood as a whole: its clock and its stacks stand at its end.
void Load::readV1() {
    enter(LoadStage::Reading, bytes_.stored().size());
    StringInterner stringInterner(strings_);
    StackInterner stackInterner(stacks_);
    const std::size_t begin = header_.offset + headerSize;
    const std::size_t end = bytes_.ensure(SIZE_MAX);
    v1::File file = v1::readFile({bytes_.data() + begin, end - begin}, begin, stringInterner, stackInterner);
    problems_ = file.problems;
    otherTrace_ = file.otherTrace;
    if (!file.ticksPerSecond) {
        file.ticksPerSecond = assumedTicksPerSecond;
        problems_.insert(problems_.begin(),
                         {.text = "The end of the file is missing, and with it all stacks and the speed of its clock. "
                                  "Times are scaled as if a 3 GHz x86 processor had recorded them: they are in "
                                  "proportion, but all may be wrong by one factor",
                          .byteOffset = end,
                          .toTheEnd = true});
    } else if (!problems_.empty()) {
        problems_.front().text += "; stacks stand at the end of such a file and may be missing";
    }
    SliceBuilder slice;
    v1::Orderer orderer(file, header_.version, stringInterner, slice);
    if (const auto problem = orderer.order(stop_.get_token()))
        problems_.push_back(*problem);
    builder_.append(slice.finish());
    report_.events = orderer.delivered();
    report_.traceBytes = end;
    report_.steps = orderer.steps();
}

void Load::publishSnapshot(const GenerationReader& reader) {
    if (std::chrono::steady_clock::now() - begun_ < nextSnapshot_)
        return;
    // Beyond the middle the whole trace is there before anybody has looked around in a snapshot.
    if (options_.publishAfter.count() != 0 && 2 * bytes_.storedBytesFor(reader.joinedOffset()) > bytes_.stored().size())
        return;
    std::shared_ptr<Trace> trace = builder_.snapshot(strings_, stacks_, threads_, stop_.get_token());
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
                                       (problems_.empty() ? std::string(".") : ". " + sentenceOf(problems_.front())) +
                                       " Was the program killed before it called trace.Stop?"}};
    describe(*trace, clockAtStart);
    if (part_) {
        const Time begin = clockAtStart - fileBegin_;
        report_.part = TimeRange{begin, begin + trace->duration};
        note("The whole trace would not fit into memory, so only " + durationText(begin) + " to " +
             durationText(report_.part->end) + " of it was read. Times count from there; what was before is unknown.");
    }
    trace->identity.sha256 = std::move(sha256);
    for (const std::string& sentence : bytes_.notes())
        note(sentence);
    if (const std::string damage = bytes_.damage(); !damage.empty())
        problems_.push_back({.text = "The file is damaged: " + damage + ", so what follows is missing",
                             .byteOffset = report_.traceBytes,
                             .generation = 0,
                             .thread = {},
                             .toTheEnd = true});
    if (otherTrace_)
        noteOtherTraces(*otherTrace_);
    report_.bytes = bytes_.stored().size();
    report_.unknown = unknownThings(*trace, unknownEvents_, unknownExperiments_);
    trace->report = std::move(report_);
    reportDamage(*trace, problems_, clockAtStart);
    return {std::move(trace), {}};
}

LoadResult Load::run() {
    if (options_.stop.stop_requested())
        return cancelled();
    if (auto error = readHeader())
        return {nullptr, std::move(error)};
    const bool inPart = part_ && header_.version >= firstV2;
    if (!inPart && refuses(bytes_.expectedSize()))
        return {nullptr, LoadError{LoadError::Kind::TooLarge, refusal_}};
    std::string sha256;
    const auto hash = [&, ours = stop_.get_token()] { sha256 = sha256Of(bytes_.stored(), ours); };
    std::jthread hashing;
    if (isSmall())
        hash();
    else
        hashing = std::jthread(hash);
    if (header_.version < firstV2)
        readV1();
    else
        readGenerations();
    ::malloc_trim(0); // what the threads worked with goes back to the system before the columns are laid out
    if (hashing.joinable())
        hashing.join();
    if (!refusal_.empty())
        return {nullptr, LoadError{LoadError::Kind::TooLarge, refusal_}};
    if (options_.stop.stop_requested())
        return cancelled();
    return publish(std::move(sha256));
}

// The first trace in the bytes that has anything in it.
LoadResult loadFirst(TraceBytes& bytes, const std::string& name, const LoadOptions& options,
                     std::optional<TimeRange> part) {
    constexpr int mostTries = 4; // a program that failed to start tracing again and again
    std::optional<LoadResult> first;
    std::size_t from = 0;
    for (int tries = 0; tries < mostTries; ++tries) {
        Load load(bytes, name, options, from, part);
        LoadResult result = load.run();
        const bool empty = result.error && result.error->kind == LoadError::Kind::NothingReadable;
        if (!empty)
            return result;
        first = first ? std::move(first) : std::move(result);
        if (!load.otherTrace())
            break;
        from = load.otherTrace()->offset;
    }
    return std::move(*first);
}

// A trace that does not fit into memory is an error like others, unless a part of it will do. `load` is given the part
// that is to be read, or nothing: the whole.
template <class Work>
LoadResult guarded(const std::string& name, const std::optional<TimeRange>& part, const Work& load) {
    try {
        LoadResult whole = load(std::nullopt);
        const bool tooLarge = whole.error && whole.error->kind == LoadError::Kind::TooLarge;
        return tooLarge && part ? load(part) : std::move(whole);
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
    const auto range = path == "-" ? std::nullopt : options.range; // what was piped cannot be read again
    return guarded(name, range, [&](std::optional<TimeRange> part) -> LoadResult {
        LoadError error;
        const auto bytes = TraceBytes::open(path, options, error);
        return bytes ? loadFirst(*bytes, name, options, part) : LoadResult{nullptr, std::move(error)};
    });
}

LoadResult loadTrace(std::span<const std::byte> stored, const std::string& name, const LoadOptions& options) {
    return guarded(name, options.range, [&](std::optional<TimeRange> part) {
        const auto bytes = TraceBytes::of(stored, options);
        return loadFirst(*bytes, name, options, part);
    });
}

} // namespace waitscope
