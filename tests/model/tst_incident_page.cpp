// SPDX-License-Identifier: GPL-3.0-or-later
// The incident page: does it say what the comparison says, in one file, whatever the names in the traces are?
#include "model/report/incident_page.h"

#include "model/report/html_text.h"
#include "model/report/text.h"
#include "tests/support/story.h"

#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

const std::string evilFunction = "main.<script>alert(\"1\")<b>&'";

std::shared_ptr<const TraceFacts> told(const std::string& function) {
    Story story;
    story.g(1).existed().runs(1_ms).waitsOn("sync", {"sync.(*Mutex).Lock", function}, 20_ms);
    return computeFacts(story.told(50_ms));
}

StackId lockStack(const TraceFacts& facts) {
    for (std::uint32_t s = 1; s < facts.trace->stacks.size(); ++s)
        if (facts.trace->stacks[StackId{s}].size() == 2)
            return {s};
    return {};
}

WaitMetrics metricsOf(const TraceFacts& facts, double concurrency) {
    WaitMetrics m;
    m.primitive = Primitive::Mutex;
    m.stack = lockStack(facts);
    m.site = facts.trace->stacks[m.stack].back();
    m.concurrency = concurrency;
    m.sharePercent = concurrency / 10;
    m.finished = 1234;
    m.p50 = 3_ms;
    m.halvesDiffer = 0.25;
    m.p99 = 42_ms;
    return m;
}

Comparison comparisonOf(const std::string& function = evilFunction) {
    Comparison c;
    c.facts = {told(function), told(function)};
    c.ranges.range = {c.facts.a->trace->wholeRange(), c.facts.b->trace->wholeRange()};
    c.headline = "lock-blocked time −99.9 % (983 → 1.1 goroutines on average)";
    c.warnings = {"The load of A was <higher> & B froze."};
    c.comparability.card.push_back(
        {"processors", {"2", "8"}, CardWeight::Differs, "Eight wait less.", "Use the same."});
    ComparedRow row;
    row.key.a = row.key.b = {"lock", "lock", {function}};
    row.metrics = {metricsOf(*c.facts.a, 983), metricsOf(*c.facts.b, 1.1)};
    row.changes.concurrency = {-981.9, -99.88};
    row.evidence.concurrency = ChangeInterval{-990, -970};
    row.evidence.q = 0.0004;
    row.verdict = RowVerdict::Improved;
    row.why = "Both intervals lie below 0.";
    c.rows.push_back(row);
    return c;
}

struct Read {
    bool wellFormed = false;
    QString text;
    QStringList elements, links;
};
Read readPage(const std::string& page) {
    Read read;
    QXmlStreamReader xml(QByteArray::fromStdString(page));
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement()) {
            read.elements.push_back(xml.name().toString());
            for (const char* link : {"src", "href"})
                if (xml.attributes().hasAttribute(QLatin1String(link)))
                    read.links.push_back(xml.attributes().value(QLatin1String(link)).toString());
        }
        if (xml.isCharacters())
            read.text += xml.text();
    }
    read.wellFormed = !xml.hasError();
    if (!read.wellFormed)
        qWarning("%s", qPrintable(xml.errorString()));
    return read;
}

} // namespace

class IncidentPageTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void thePageSaysWhatTheComparisonSays() {
        const Comparison c = comparisonOf();
        const Read page = readPage(incidentPage(c, {.command = "waitscope compare a b -o x.html"}));
        QVERIFY(page.wellFormed);
        for (const std::string& said :
             {c.headline, c.warnings[0], std::string("processors"), std::string("Eight wait less."),
              std::string("Use the same."), std::string("improved"), c.rows[0].why, std::string("983 → 1.1"),
              std::string("−99.9 %"), std::string("95 %: −990 … −970"), std::string("halves of A: +0.25, of B: +0.25"),
              std::string("p99 42 ms → 42 ms"), std::string("1,234 → 1,234"),
              std::string("waitscope compare a b -o x.html"), std::string("Two traces are two runs")})
            QVERIFY2(page.text.contains(QString::fromStdString(said)), said.c_str());
    }

    void aPageIsOneFileWithoutScripts() {
        Comparison c = comparisonOf();
        const IncidentParts parts{.pictures = {{"\x89PNG\r\n\x1a\n", "image/png", "A & B"}}, .command = "<b>"};
        const std::string html = incidentPage(c, parts);
        const Read page = readPage(html);
        QVERIFY(page.wellFormed);
        QVERIFY(!page.elements.contains(QStringLiteral("script")));
        QVERIFY(!page.elements.contains(QStringLiteral("link")));
        QCOMPARE(page.links, QStringList{QStringLiteral("data:image/png;base64,iVBORw0KGgo=")});
        QVERIFY(!QString::fromStdString(html).contains(QStringLiteral("url(")));
        QVERIFY(page.text.contains(QString::fromStdString(evilFunction)));
        QCOMPARE(incidentPage(c, parts), html);
    }

    void namesInAnyScriptStayWhatTheyAre_data() {
        QTest::addColumn<std::string>("name");
        QTest::newRow("right to left") << std::string("main.עברית");
        QTest::newRow("Chinese") << std::string("main.缓存读取");
        QTest::newRow("beyond 16 bits") << std::string("main.𝔊𝔬");
        QTest::newRow("cut inside a character") << std::string("main.h\xc3");
        QTest::newRow("control characters") << std::string("main.\x01\x1b[31m\x7f\xef\xbf\xbf");
        QTest::newRow("ten thousand letters") << std::string(10'000, 'x');
        QTest::newRow("end of a comment") << std::string("-->]]></style></pre>");
        QTest::newRow("empty") << std::string();
    }
    void namesInAnyScriptStayWhatTheyAre() {
        QFETCH(const std::string, name);
        Comparison c = comparisonOf(name);
        c.headline = name;
        const std::string html = incidentPage(c, {.command = name});
        const Read page = readPage(html);
        QVERIFY(page.wellFormed);
        const QByteArray bytes = QByteArray::fromStdString(html);
        QCOMPARE(QString::fromUtf8(bytes).toUtf8(), bytes); // it is UTF-8
        if (name.starts_with("main.") && QString::fromStdString(name).toUtf8() == QByteArray::fromStdString(name) &&
            !name.ends_with("\xbf"))
            QVERIFY(page.text.contains(QString::fromStdString(name)));
    }

    void longNamesAreShortenedInTheMiddle() {
        QCOMPARE(shortenedInTheMiddle("abcdefghij", 10), std::string("abcdefghij"));
        QCOMPARE(shortenedInTheMiddle("abcdefghijk", 5), std::string("ab…jk"));
        QCOMPARE(shortenedInTheMiddle("äöüäöü", 4), std::string("äö…ü"));
        QCOMPARE(shortenedInTheMiddle("äöü", 3), std::string("äöü")); // characters, not bytes
        QCOMPARE(shortenedInTheMiddle("\xff\xff\xff\xff", 3), std::string("\xff…\xff"));
        const Comparison c = comparisonOf("main." + std::string(10'000, 'x'));
        QVERIFY(incidentPage(c, {}).size() < 20'000);
    }

    void aRowOfOneSideIsListed() {
        Comparison c = comparisonOf();
        c.rows[0].metrics.b.reset();
        c.rows[0].match = RowMatch::OnlyA;
        c.rows[0].verdict = RowVerdict::Disappeared;
        const Read page = readPage(incidentPage(c, {}));
        QVERIFY(page.wellFormed);
        QVERIFY(page.text.contains(QStringLiteral("disappeared")));
        QVERIFY(page.text.contains(QStringLiteral("983 → 0")));
        c.rows.clear();
        QVERIFY(readPage(incidentPage(c, {})).wellFormed);
    }

    void rowsWithAVerdictAreNeverLeftOutForOthers() {
        Comparison c = comparisonOf();
        ComparedRow other = c.rows[0];
        other.verdict = RowVerdict::NoEvidence;
        other.why = "nothing";
        c.rows.insert(c.rows.begin(), 40, other);
        c.rows.back().why = "this one counts";
        const Read page = readPage(incidentPage(c, {}));
        QVERIFY(page.text.contains(QStringLiteral("this one counts")));
        QCOMPARE(page.text.count(QStringLiteral("nothing")), qsizetype{5}); // of those without
        QVERIFY(page.text.contains(QStringLiteral("35 more rows")));
    }
};

QTEST_APPLESS_MAIN(IncidentPageTest)
#include "tst_incident_page.moc"
