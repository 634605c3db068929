// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/compare_export.h"

#include "app/picture_file.h"
#include "app/threads.h"
#include "model/report/compare_report.h"
#include "model/report/incident_page.h"

#include <utility>

namespace waitscope {

std::optional<CompareForm> compareFormOf(std::string_view path) {
    if (path.ends_with(".json"))
        return CompareForm::Json;
    if (path.ends_with(".md"))
        return CompareForm::Markdown;
    if (path.ends_with(".html"))
        return CompareForm::Html;
    if (path.ends_with(".png"))
        return CompareForm::Png;
    return {};
}

std::optional<ComparePictureOptions> pictureOf(CompareForm form, const std::string& command) {
    if (form == CompareForm::Html) // as wide as a page's text, and sharp on paper; the page has the headline itself
        return ComparePictureOptions{.size = {1300, 1060}, .scale = 2, .headline = false};
    if (form == CompareForm::Png)
        return ComparePictureOptions{.command = QString::fromStdString(command)};
    return {};
}

std::string compareDocument(CompareForm form, const Comparison& comparison, const FindingsAcross* findings,
                            const std::string& command, const std::string& png) {
    switch (form) {
    case CompareForm::Json:
        return compareJson(comparison, findings);
    case CompareForm::Markdown:
        return compareMarkdown(comparison, findings, command);
    case CompareForm::Png:
        return png;
    case CompareForm::Html:
        break;
    }
    IncidentParts parts{.findings = findings, .pictures = {}, .command = command};
    if (!png.empty())
        parts.pictures.push_back({.bytes = png,
                                  .caption = "Above: A, before. Below: B, after. The same colour is the same value in "
                                             "both; the strip between them is B minus A."});
    return incidentPage(comparison, parts);
}

struct CompareExport::Order {
    std::shared_ptr<const Comparison> comparison;
    std::shared_ptr<const FindingsAcross> findings;
    QString path;
    CompareForm form;
    std::string command;
};

void CompareExport::toFile(std::shared_ptr<const Comparison> comparison, std::shared_ptr<const FindingsAcross> findings,
                           const QString& path, const std::string& command) {
    const auto form = compareFormOf(path.toLower().toStdString());
    if (!form)
        return Q_EMIT failed(tr("%1: the name must end with .html, .md, .json or .png.").arg(path));
    const auto order =
        std::make_shared<const Order>(Order{std::move(comparison), std::move(findings), path, *form, command});
    const auto picture = pictureOf(*form, command);
    if (!picture)
        return writeWith(order, {});
    begun();
    elsewhere([this, order, picture = *picture, asker = asker()] {
        atHome(asker, [this, order, sheet = prepareComparison(*order->comparison, order->findings.get(), picture)] {
            ended();
            paint(order, sheet);
        });
    });
}

void CompareExport::paint(const std::shared_ptr<const Order>& order, const std::shared_ptr<const CompareSheet>& sheet) {
    const QImage picture = sheet ? paintComparison(*sheet) : QImage();
    if (!picture.isNull() || order->form == CompareForm::Html) // the page stands without it too
        return writeWith(order, picture);
    Q_EMIT failed(tr("There is not enough memory for this picture."));
}

void CompareExport::writeWith(const std::shared_ptr<const Order>& order, const std::optional<QImage>& picture) {
    write(
        [order, picture] {
            const std::string png = picture && !picture->isNull() ? pngOf(*picture).toStdString() : std::string();
            return compareDocument(order->form, *order->comparison, order->findings.get(), order->command, png);
        },
        order->path);
}

} // namespace waitscope
