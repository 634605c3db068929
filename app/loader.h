// SPDX-License-Identifier: GPL-3.0-or-later
// Loads traces without making the window wait: one thread a load, progress by looking, the result by a queued call.
#pragma once

#include "model/facts.h"
#include "model/reader/load.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace waitscope {

struct LoadStatus {
    QString name;     ///< of what is loaded
    QString stage;    ///< "Reading events"
    int percent = -1; ///< -1: not known
    double megabytesPerSecond = 0;
};

class Loader : public QObject {
    Q_OBJECT

  public:
    explicit Loader(QObject* parent = nullptr);
    ~Loader() override;

    /// Begins to load; a load that is under way is dropped. What is shown stays what it is until `loaded`.
    /// `range`: of what does not fit into memory only this (LoadOptions::range).
    void loadFile(const QString& path, std::optional<TimeRange> range = {});
    /// The same for a trace inside the program; `name` is what it is called.
    void loadBytes(const QByteArray& bytes, const QString& name);
    /// At once: the thread stops within 100 ms, and whatever it still finds is dropped.
    void cancel();
    /// How long a load runs before it shows what it has read so far.
    void setPublishAfter(std::chrono::milliseconds time) { publishAfter_ = time; }
    [[nodiscard]] bool isLoading() const { return current_ != nullptr; }

  Q_SIGNALS:
    void progressed(const waitscope::LoadStatus& status);
    /// What a long load has read so far: more than the last time, and not final (`LoadReport::growing`).
    void grown(std::shared_ptr<const waitscope::TraceFacts> facts, const QString& source);
    void loaded(std::shared_ptr<const waitscope::TraceFacts> facts, const QString& source);
    void failed(const QString& sentence, const QString& source);
    void cancelled();

  private:
    struct Load;
    void start(std::unique_ptr<Load> load);
    void run(Load* load);
    void finish(Load* load);
    void look();

    std::vector<std::unique_ptr<Load>> loads_; ///< the current one, and dropped ones whose threads have not ended yet
    Load* current_ = nullptr;
    std::chrono::milliseconds publishAfter_ = LoadOptions{}.publishAfter;
    QTimer lookTimer_;
    QElapsedTimer since_;
};

} // namespace waitscope

Q_DECLARE_METATYPE(waitscope::LoadStatus)
