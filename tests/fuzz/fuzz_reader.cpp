// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the bytes are, loading them neither crashes nor hangs, and what comes out adds up. Run by packaging/fuzz.
#include "tests/support/books.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string wrong = waitscope::test::whatIsWrongWithLoading(std::as_bytes(std::span(data, size)));
    if (wrong.empty())
        return 0;
    std::fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
}
