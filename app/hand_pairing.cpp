// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/hand_pairing.h"

#include <QSettings>
#include <QStringList>

#include <vector>

namespace waitscope {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const char* const pairsKey = "compare/pairs";
const char* const apartKey = "compare/apart";

Pairs readPairs(const char* key) {
    const QStringList texts = QSettings().value(QLatin1String(key)).toStringList();
    Pairs pairs;
    for (qsizetype i = 0; i + 1 < texts.size(); i += 2)
        pairs.emplace_back(texts[i].toStdString(), texts[i + 1].toStdString());
    return pairs;
}

void writePairs(const char* key, const Pairs& pairs) {
    QStringList texts;
    for (const auto& [a, b] : pairs)
        texts << QString::fromStdString(a) << QString::fromStdString(b);
    QSettings().setValue(QLatin1String(key), texts);
}

/// Takes the two out of one list, and what either is paired with if `alone`, and puts them into the other.
void say(const char* from, const char* into, const std::string& a, const std::string& b, bool alone) {
    const auto isThis = [&](const auto& pair) {
        return (pair.first == a && pair.second == b) || (pair.first == b && pair.second == a);
    };
    Pairs old = readPairs(from);
    std::erase_if(old, isThis);
    writePairs(from, old);
    Pairs pairs = readPairs(into);
    std::erase_if(pairs,
                  [&](const auto& pair) { return isThis(pair) || (alone && (pair.first == a || pair.second == b)); });
    pairs.emplace_back(a, b);
    writePairs(into, pairs);
}

} // namespace

// Which of two traces is called A may change from time to time: names that a side does not have do no harm.
HandPairing handPairing() {
    const HandPairing said{.pairs = readPairs(pairsKey), .apart = readPairs(apartKey)};
    HandPairing both = said.swapped();
    both.pairs.insert(both.pairs.begin(), said.pairs.begin(), said.pairs.end());
    both.apart.insert(both.apart.begin(), said.apart.begin(), said.apart.end());
    return both;
}

void rememberPaired(const std::string& a, const std::string& b) {
    say(apartKey, pairsKey, a, b, true);
}

void rememberApart(const std::string& a, const std::string& b) {
    say(pairsKey, apartKey, a, b, false);
}

void forgetHandPairing() {
    QSettings().remove(QLatin1String(pairsKey));
    QSettings().remove(QLatin1String(apartKey));
}

} // namespace waitscope
