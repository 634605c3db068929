// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong, a line each, staying until it is closed or no longer true. A line does not push out another one.
#pragma once

#include <QFrame>
#include <QStringList>

#include <vector>

class QVBoxLayout;

namespace waitscope {

class MessageBar : public QFrame {
    Q_OBJECT

  public:
    explicit MessageBar(QWidget* parent = nullptr);

    /// One line, and behind a button whatever else there is to say. It replaces what was said of the same topic; of no
    /// topic it stands beside whatever is there. Of more than a few lines the oldest go.
    void showMessage(const QString& summary, const QStringList& details = {}, const QString& topic = {});
    /// Nothing is wrong with this topic any more.
    void clear(const QString& topic);
    void clear();
    /// All lines, in the order in which they came.
    [[nodiscard]] QString message() const;
    /// Of all lines.
    [[nodiscard]] QStringList details() const;

  private:
    struct Line {
        QString topic;
        QString text;
        QStringList details;
        QWidget* widget;
    };
    QWidget* makeLine(const QString& summary, const QStringList& details);
    template <class Which> void removeIf(Which which);

    std::vector<Line> lines_; ///< oldest first
    QVBoxLayout* layout_;
};

} // namespace waitscope
