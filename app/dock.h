// SPDX-License-Identifier: GPL-3.0-or-later
// A panel of words that can be moved, tabbed with others, taken out of the window and closed. Qt only moves aside what
// is behind another tab; here it is hidden, so that nothing is computed for what nobody sees, and no key goes there.
#pragma once

#include <QDockWidget>

namespace waitscope {

class Dock : public QDockWidget {
    Q_OBJECT

  public:
    /// `name` is what kept layouts know it by; the dock owns its content. `home` gets the keys that mean nothing here.
    Dock(const QString& name, const QString& title, QWidget* content, QWidget* home);

    /// Is it open, and not behind another tab?
    [[nodiscard]] bool isInFront() const;
    /// Is it in a window of its own, or in one with other docks?
    [[nodiscard]] bool isOutside() const { return window() != home_->window(); }
    /// Opens it, in front of its tab.
    void bring();
    /// After docks were moved: a title where no tab has it, and the content only where it is seen.
    void settle(bool hasTab);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QWidget* home_;
};

} // namespace waitscope
