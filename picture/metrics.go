package picture

import (
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// The advance widths of the characters from space to tilde in thousandths of the
// size of the font: of each the wider of DejaVu Sans and Liberation Sans. The
// font of the reader is not known, and DejaVu Sans is the widest of those that
// fontFamily may lead to.
var (
	widthsRegular = [95]uint16{
		318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
		636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556,
		1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787,
		667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556,
		500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
		635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
	}
	widthsBold = [95]uint16{
		348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365,
		696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611,
		1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 556, 775, 637, 995, 837, 850,
		733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 556,
		500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
		716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
	}
)

// charWidth returns the width of a character in parts of the size of the font.
func charWidth(r rune, bold bool) float64 {
	switch {
	case r >= ' ' && r <= '~' && bold:
		return float64(widthsBold[r-' ']) / 1000
	case r >= ' ' && r <= '~':
		return float64(widthsRegular[r-' ']) / 1000
	case r == '·':
		return 0.38
	case r == '×' || r == '→' || r == '⇄':
		return 0.84
	case r < 0x1100: // letters of other alphabets, … and marks
		return 1
	case r >= 0x1f000:
		return 1.4 // pictograms
	}
	return 1.05 // scripts that take a square for each character
}

// textWidth returns the width of a text in pixels, at most.
func textWidth(text string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range text {
		w += charWidth(r, bold)
	}
	return w * size
}

// wrap parts a text into lines of at most so many pixels, between its words. A word
// that is wider is cut.
func wrap(text string, width, size float64, bold bool) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(words.Plain(text)) {
		word = fit(word, width, size, bold)
		if line != "" && textWidth(line+" "+word, size, bold) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
