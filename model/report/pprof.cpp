// SPDX-License-Identifier: GPL-3.0-or-later
// The protobuf of pprof (profile.proto): numbers of fields are those of the format.
#include "model/report/text.h"
#include "model/report/wait_columns.h"
#include "model/report/wait_profile.h"

#include <protozero/pbf_writer.hpp>
#include <zlib.h>

#include <array>
#include <new>
#include <unordered_map>

namespace waitscope {

namespace {

/// The strings of a profile by number; the first is empty.
class StringTable {
  public:
    StringTable() { number(""); }
    std::int64_t number(std::string_view text) {
        const auto [found, isNew] = numbers_.try_emplace(std::string(text), static_cast<std::int64_t>(texts_.size()));
        if (isNew)
            texts_.push_back(&found->first); // keys of this map stay where they are
        return found->second;
    }
    void writeTo(protozero::pbf_writer& profile) const {
        for (const std::string* text : texts_)
            profile.add_string(6, *text);
    }

  private:
    std::unordered_map<std::string, std::int64_t> numbers_;
    std::vector<const std::string*> texts_;
};

std::string gzipped(std::string_view bytes) {
    z_stream stream{};
    constexpr int gzip = 16 + MAX_WBITS; // without a time, so that equal profiles are equal files
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace

std::string pprofOf(const TraceFacts& facts, const WaitProfile& profile) {
    const Trace& trace = *facts.trace;
    std::string bytes;
    protozero::pbf_writer out(bytes);
    StringTable strings;
    const auto writeType = [&](protozero::pbf_tag_type field, std::string_view type, std::string_view unit) {
        protozero::pbf_writer value(out, field);
        value.add_int64(1, strings.number(type));
        value.add_int64(2, strings.number(unit));
    };
    writeType(1, "contentions", "count");
    writeType(1, "delay", "nanoseconds");

    std::vector<bool> used(trace.stacks.frameCount());
    for (const ProfileRecord& record : profile.records) {
        protozero::pbf_writer sample(out, 2);
        std::vector<std::uint64_t> locations; // a location a frame, numbered like it
        for (const FrameId frame : trace.stacks[record.stack]) {
            if (!frame.known()) // pprof knows no location 0
                continue;
            locations.push_back(frame.value);
            used[frame.value] = true;
        }
        sample.add_packed_uint64(1, locations.begin(), locations.end());
        const std::array<std::int64_t, 2> values{static_cast<std::int64_t>(record.count), record.time};
        sample.add_packed_int64(2, values.begin(), values.end());
        const auto label = [&](std::string_view key, std::string_view text) {
            protozero::pbf_writer value(sample, 3);
            value.add_int64(1, strings.number(key));
            value.add_int64(2, strings.number(text));
        };
        label("state", nameOf(record.seen));
        if (profile.kind != ProfileKind::Scheduler)
            label("primitive", nameOf(record.primitive));
        if (record.waker)
            label("waker", wakerText(trace, *record.waker));
    }
    std::unordered_map<std::uint64_t, std::uint64_t> functions; // by name and file
    std::vector<FrameId> functionFrames;
    for (std::uint32_t f = 1; f < used.size(); ++f) {
        if (!used[f])
            continue;
        const Frame& frame = trace.frame({f});
        const auto [function, isNew] =
            functions.try_emplace(std::uint64_t{frame.function.value} << 32U | frame.file.value, functions.size() + 1);
        if (isNew)
            functionFrames.push_back({f});
        protozero::pbf_writer location(out, 4);
        location.add_uint64(1, f);
        location.add_uint64(3, frame.pc);
        protozero::pbf_writer line(location, 4);
        line.add_uint64(1, function->second);
        line.add_int64(2, frame.line);
    }
    for (std::size_t i = 0; i < functionFrames.size(); ++i) {
        const Frame& frame = trace.frame(functionFrames[i]);
        const std::int64_t name = strings.number(trace.text(frame.function));
        protozero::pbf_writer function(out, 5);
        function.add_uint64(1, i + 1);
        function.add_int64(2, name);
        function.add_int64(3, name);
        function.add_int64(4, strings.number(trace.text(frame.file)));
    }
    if (trace.wallClock)
        out.add_int64(9, trace.wallClock->unixNanosecondsAtStart + profile.range.begin);
    out.add_int64(10, profile.range.length());
    writeType(11, "trace", "count");
    out.add_int64(12, 1);
    out.add_int64(13, strings.number("waitscope " WAITSCOPE_VERSION ": " + trace.identity.fileName +
                                     ", open waits counted to the end of the trace"));
    out.add_int64(14, strings.number("delay"));
    strings.writeTo(out);
    return gzipped(bytes);
}

} // namespace waitscope
