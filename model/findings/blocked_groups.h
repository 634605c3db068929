// SPDX-License-Identifier: GPL-3.0-or-later
// Which open waits are stuck, and which of them belong together?
#pragma once

#include "model/findings/evidence.h"
#include "model/findings/finding.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace waitscope {

/// What a goroutine's open wait counts as.
enum class Standing : std::uint8_t {
    NotWaiting,    ///< it runs, or is ready to
    OwnTime,       ///< it sleeps, or waits for the network, a system call, the collector
    ConnectionEnd, ///< it stands for the other end of a connection
    Idle,          ///< an idiom, or a function that the user calls idle
    Young,         ///< younger than the threshold, and it belongs to no group that is reported
    AsUsual,       ///< not older than waits at its site that ended
    Worker,        ///< it finished waits at its site before
    NotExplained,  ///< the trace does not say what it waits for
    Stuck,         ///< it is in a group
};

/// Ids are given out in blocks: goroutines that hold this share of the numbers between the first and the last, and are
/// at least so many, were probably created together.
constexpr double denseIds = 0.8;
constexpr std::size_t fewestForDensity = 50;

/// Open waits with the same creation stack, start function, primitive and site.
struct BlockedGroup {
    Primitive primitive = Primitive::Unknown;
    std::string_view detail;
    SiteIndex site = 0;
    StackId stack; ///< of the oldest
    CohortIndex cohort = 0;
    std::vector<GoroutineIndex> members; ///< by index
    Time youngest = 0;
    Time oldest = 0;
    Time since = 0;           ///< the begin of the earliest wait
    bool beforeTrace = false; ///< the oldest wait began before the trace
    std::uint32_t fresh = 0;  ///< born in the trace
    std::uint32_t spread = 0; ///< the smaller of: tenths of the trace with births, with begins of waits
    /// No more of them come: it is long that the last one came, as they came before.
    bool cameToAnEnd = false;
    bool paused = false; ///< at least for a second, and for as long as eight of them took to come, none has come
    std::uint32_t outliving = 0;
    std::uint32_t cleared = 0; ///< goroutines that the worker rule took out of this group
    std::uint32_t served = 0;  ///< goroutines like them that finished waits here and are no part of it
    std::uint32_t creatorsLeft = 0;
    bool inModule = false; ///< they start and wait inside a downloaded module
    double density = 0;    ///< members / range of their ids; 0 if some are younger than the trace, or they are few
    Tier tier = Tier::Low; ///< as never woken (D1)
    std::string_view rule; ///< that decided the tier, for "why not?"
};

class BlockedGroups {
  public:
    explicit BlockedGroups(const Evidence& evidence);

    [[nodiscard]] const std::vector<BlockedGroup>& all() const { return groups_; }
    /// By place in Evidence::living().
    [[nodiscard]] Standing standing(std::size_t living) const { return standings_[living]; }
    /// The group of a goroutine whose standing is Stuck, by place in Evidence::living().
    [[nodiscard]] const BlockedGroup& groupOf(std::size_t living) const { return groups_[groupOf_[living]]; }

  private:
    void measure(const Evidence& evidence, BlockedGroup& group) const;
    void addUnexplained(const Evidence& evidence);

    std::vector<BlockedGroup> groups_;
    std::vector<Standing> standings_;
    std::vector<std::uint32_t> groupOf_;
};

} // namespace waitscope
