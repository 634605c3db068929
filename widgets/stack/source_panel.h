// SPDX-License-Identifier: GPL-3.0-or-later
// The source around a frame's line, with the line marked. Where the file is on this machine is somebody else's
// business: the panel asks for it, and is told the text or why there is none. Without a source the line can still be
// copied.
#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace waitscope {

class SourcePanel : public QWidget {
    Q_OBJECT

  public:
    explicit SourcePanel(QWidget* parent = nullptr);

    /// A line as the trace names it; its source is asked for.
    void showLine(const QString& function, const QString& file, int line);
    void showNothing();

    /// What was found for `file`: its path here and its text. Ignored if another file is shown by now.
    void setSource(const QString& file, const QString& path, const QString& text);
    void setMissing(const QString& file, const QString& why);

    [[nodiscard]] QString file() const { return file_; }
    [[nodiscard]] int line() const { return line_; }
    /// Where it is here; empty if it was not found.
    [[nodiscard]] QString path() const { return path_; }

    /// "function\n\tfile:line".
    void copyLine() const;

  Q_SIGNALS:
    void sourceWanted(const QString& file);
    /// The user wants to say where the file is.
    void locateRequested();
    /// The user wants to see or change by which rules files are found.
    void rulesRequested();
    void editorRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void markLine();
    void setTexts(const QString& note);

    QLabel* title_;
    QLabel* note_;
    QPlainTextEdit* text_;
    QPushButton* locate_;
    QPushButton* rules_;
    QPushButton* edit_;
    QPushButton* copy_;
    QString function_, file_, path_;
    int line_ = 0;
};

} // namespace waitscope
