// SPDX-License-Identifier: GPL-3.0-or-later
// A line that says what is wrong and stays until it is closed.
#pragma once

#include <QFrame>
#include <QStringList>

class QLabel;
class QPushButton;

namespace waitscope {

class MessageBar : public QFrame {
    Q_OBJECT

  public:
    explicit MessageBar(QWidget* parent = nullptr);

    /// One line, and behind a button whatever else there is to say; replaces what was there.
    void showMessage(const QString& summary, const QStringList& details = {});
    [[nodiscard]] QString message() const;
    [[nodiscard]] const QStringList& details() const { return details_; }

  private:
    void showDetails();

    QLabel* text_;
    QPushButton* more_;
    QStringList details_;
};

} // namespace waitscope
