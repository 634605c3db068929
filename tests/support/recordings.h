// SPDX-License-Identifier: GPL-3.0-or-later
// Which recorded traces are there to test with? The project's own small ones always; those beside the checkout, which a
// user does not have, when they are there.
#pragma once

#include "model/reader/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace waitscope::test {

/// The files below `folder` whose name ends with `ending`, sorted; none if there is no such folder.
inline std::vector<std::string> filesBelow(const std::filesystem::path& folder, const std::string& ending) {
    std::vector<std::string> files;
    if (std::filesystem::is_directory(folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.is_regular_file() && entry.path().string().ends_with(ending))
                files.push_back(entry.path().string());
    std::ranges::sort(files);
    return files;
}

/// Recorded traces of the versions that are read.
inline std::vector<std::string> recordings() {
    std::vector<std::string> files = filesBelow(WAITSCOPE_TEST_DATA, ".trace");
    for (const char* version : {"go1.19", "go1.21", "go1.22", "go1.23", "go1.25", "go1.26", "go1.27"}) {
        const auto more = filesBelow(std::filesystem::path(WAITSCOPE_SHARED) / "traces" / version, ".trace.zst");
        files.insert(files.end(), more.begin(), more.end());
    }
    return files;
}

inline std::vector<std::byte> bytesOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
    return {begin, begin + text.size()};
}

} // namespace waitscope::test
