// SPDX-License-Identifier: GPL-3.0-or-later
// The table of findings keeps the rules of item models, and shows what was found.
#include "tests/support/findings_story.h"
#include "widgets/findings/findings_model.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include <memory>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

class FindingsModelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void whatWasFoundIsAnItemModel() {
        Story story;
        leak(story, 10_s, 100_ms, "chan receive", receive);
        const auto found = std::make_shared<const Findings>(findingsOf(story, 10_s));
        FindingsModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(found);
        QCOMPARE(model.rowCount(), static_cast<int>(found->all.size()));
        QVERIFY(model.rowCount() > 0);
        QCOMPARE(model.index(0, FindingsModel::TierName).data().toString(), tierText(model.at(0).tier));
        QVERIFY(model.at(0).tier == Tier::High);
        model.show(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(FindingsModelTest)
#include "tst_findings_model.moc"
