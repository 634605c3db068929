// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/latest_result.h"

#include <QTest>

#include <atomic>
#include <thread>
#include <vector>

using namespace waitscope;

class TestLatestResult : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void ofManyRequestsTheLastIsDelivered() {
        std::vector<int> delivered;
        LatestResult<int> latest([&](int value) { delivered.push_back(value); });
        for (int i = 0; i <= 500; ++i) {
            latest.request([i] { return i; });
            if (i % 7 == 0)
                QCoreApplication::processEvents();
        }
        QTRY_VERIFY(!latest.busy());
        QCOMPARE(delivered.back(), 500);
        QVERIFY(std::ranges::is_sorted(delivered));
    }

    void aRequestMadeWhileDeliveringIsAnswered() {
        int last = 0;
        std::unique_ptr<LatestResult<int>> latest;
        latest = std::make_unique<LatestResult<int>>([&](int value) {
            last = value;
            if (value < 200)
                latest->request([value] { return value + 1; });
        });
        latest->request([] { return 1; });
        QTRY_COMPARE(last, 200);
    }

    void whatWasCancelledIsNotDelivered() {
        int delivered = 0;
        LatestResult<int> latest([&](int) { ++delivered; });
        latest.request([] { return 1; });
        latest.cancel();
        QVERIFY(!latest.busy());
        QTest::qWait(50);
        QCOMPARE(delivered, 0);
        latest.request([] { return 2; });
        QTRY_COMPARE(delivered, 1);
    }

    void nothingIsDeliveredToWhatIsGone() {
        int delivered = 0;
        std::atomic<bool> ran = false;
        {
            LatestResult<int> latest([&](int) { ++delivered; });
            latest.request([&ran] {
                ran = true;
                return 1;
            });
        }
        QTRY_VERIFY(ran.load());
        QTest::qWait(50);
        QCOMPARE(delivered, 0);
    }
};

QTEST_GUILESS_MAIN(TestLatestResult)
#include "tst_latest_result.moc"
