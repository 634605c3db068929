// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/loader.h"

#include <QFileInfo>

#include <algorithm>

namespace waitscope {

// Owned by the loader; its thread touches it only until it has queued `finish`.
struct Loader::Load {
    QString source; ///< a path, or empty for bytes
    QString name;
    QByteArray bytes;
    std::optional<TimeRange> range;
    LoadProgress progress;
    std::stop_source stop;
    std::chrono::milliseconds publishAfter{};
    LoadResult result;
    std::shared_ptr<const TraceFacts> facts;
    std::jthread thread;
};

Loader::Loader(QObject* parent) : QObject(parent) {
    constexpr int lookEvery = 50; // ms
    lookTimer_.setInterval(lookEvery);
    connect(&lookTimer_, &QTimer::timeout, this, &Loader::look);
}

Loader::~Loader() {
    for (const auto& load : loads_)
        load->stop.request_stop();
    // The threads are joined one by one as `loads_` goes.
}

void Loader::loadFile(const QString& path, std::optional<TimeRange> range) {
    auto load = std::make_unique<Load>();
    load->range = range;
    load->source = path;
    load->name = QFileInfo(path).fileName();
    start(std::move(load));
}

void Loader::loadBytes(const QByteArray& bytes, const QString& name) {
    auto load = std::make_unique<Load>();
    load->name = name;
    load->bytes = bytes;
    start(std::move(load));
}

void Loader::start(std::unique_ptr<Load> load) {
    if (current_ != nullptr)
        current_->stop.request_stop();
    current_ = load.get();
    current_->publishAfter = publishAfter_;
    loads_.push_back(std::move(load));
    since_.start();
    lookTimer_.start();
    current_->thread = std::jthread([this, own = current_] { run(own); });
    look();
}

// On the thread of the load.
void Loader::run(Load* own) {
    LoadOptions options{.stop = own->stop.get_token(), .progress = &own->progress};
    options.range = own->range;
    options.publishAfter = own->publishAfter;
    options.publish = [this, own](std::shared_ptr<const Trace> trace) {
        QMetaObject::invokeMethod(
            this,
            [this, own, facts = computeFacts(std::move(trace))] {
                if (own == current_)
                    Q_EMIT grown(facts, own->source);
            },
            Qt::QueuedConnection);
    };
    if (own->source.isEmpty())
        own->result = loadTrace(std::as_bytes(std::span(own->bytes.constData(), own->bytes.size())),
                                own->name.toStdString(), options);
    else
        own->result = loadTrace(own->source.toStdString(), options);
    if (own->result.trace && !own->stop.stop_requested()) {
        own->progress.stage = LoadStage::Analysing;
        own->facts = computeFacts(own->result.trace);
    }
    QMetaObject::invokeMethod(
        this, [this, own] { finish(own); }, Qt::QueuedConnection);
}

void Loader::cancel() {
    if (current_ == nullptr)
        return;
    current_->stop.request_stop();
    current_ = nullptr;
    lookTimer_.stop();
    Q_EMIT cancelled();
}

void Loader::finish(Load* load) {
    const auto place = std::ranges::find(loads_, load, &std::unique_ptr<Load>::get);
    const std::unique_ptr<Load> done = std::move(*place);
    loads_.erase(place);
    if (load != current_)
        return; // dropped while it was loading
    current_ = nullptr;
    lookTimer_.stop();
    if (done->facts)
        Q_EMIT loaded(done->facts, done->source);
    else
        Q_EMIT failed(QString::fromStdString(done->result.error->message), done->source);
}

void Loader::look() {
    if (current_ == nullptr)
        return;
    const LoadProgress& progress = current_->progress;
    const std::uint64_t bytes = progress.bytesDone;
    const std::uint64_t total = progress.bytesTotal;
    const std::string_view stage = nameOf(progress.stage);
    const double seconds = static_cast<double>(std::max<qint64>(since_.elapsed(), 1)) / 1000;
    Q_EMIT progressed({.name = current_->name,
                       .stage = QString::fromUtf8(stage.data(), static_cast<qsizetype>(stage.size())),
                       .percent = total == 0 ? -1 : static_cast<int>(std::min<std::uint64_t>(100, bytes * 100 / total)),
                       .megabytesPerSecond = static_cast<double>(bytes) / 1e6 / seconds});
}

} // namespace waitscope
