// SPDX-License-Identifier: GPL-3.0-or-later
// A list that a few typed letters shorten: commands by name, goroutines and functions to go to.
#pragma once

#include "app/actions.h"
#include "widgets/common/view_state.h"

#include <QDialog>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace waitscope {

class QuickChoice : public QDialog {
    Q_OBJECT

  public:
    struct Entry {
        QString text;
        std::function<void()> take; ///< called after the list has closed
    };
    /// `offer` says what fits a text, best first; asked again at every key.
    using Offer = std::function<std::vector<Entry>(const QString& text)>;
    QuickChoice(const QString& title, const QString& hint, Offer offer, QWidget* parent);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void list(const QString& text);
    void take();

    Offer offer_;
    std::vector<Entry> entries_;
    QLineEdit* text_ = nullptr;
    QListWidget* found_ = nullptr;
};

/// The commands that can be used now and whose names hold all words of `text`.
[[nodiscard]] std::vector<QuickChoice::Entry> commandsFor(const Actions& actions, const QString& text);
/// The goroutine with the number in `text`, and the functions of goroutines whose names hold all its words, those with
/// most time in open waits first; taking one selects it. O(functions).
[[nodiscard]] std::vector<QuickChoice::Entry> placesFor(ViewState& state, const QString& text);

} // namespace waitscope
