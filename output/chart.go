package output

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/findings"
)

// Point is what was open at one time.
type Point struct {
	At   time.Time
	Open findings.Summary
}

// shades are the fills of a severity in charts, the gravest darkest, and
// different in grey too.
var shades = map[findings.Severity]string{
	findings.Critical: "#7f1d1d", findings.High: "#c2410c", findings.Medium: "#eab308", findings.Low: "#60a5fa", findings.Info: "#cbd5e1",
}

// Chart draws the open findings over time as an SVG image: areas on top of
// each other, the gravest at the bottom. Points are in the order of time.
func Chart(w io.Writer, points []Point) error {
	const width, height, left, right, top, bottom = 900, 360, 50, 110, 34, 40
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img" aria-label="Open findings by severity over time">`+"\n", width, height)
	fmt.Fprintf(&out, "<title>Open findings by severity over time</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height)
	fmt.Fprintf(&out, "<text x=\"%d\" y=\"20\" font-size=\"14\" font-weight=\"bold\">Open findings</text>\n", left)
	if len(points) == 0 {
		out.WriteString("<text x=\"50\" y=\"180\">no runs</text>\n</svg>\n")
		return written(w, out.Bytes())
	}
	most := 1
	for _, p := range points {
		most = max(most, p.Open.Total())
	}
	step := gridStep(most)
	ceiling := (most + step - 1) / step * step
	first, span := points[0].At, points[len(points)-1].At.Sub(points[0].At)
	x := func(i int) float64 {
		if span <= 0 {
			return left + float64(width-left-right)*float64(i)/float64(max(1, len(points)-1))
		}
		return left + float64(width-left-right)*float64(points[i].At.Sub(first))/float64(span)
	}
	y := func(n int) float64 { return height - bottom - float64(height-top-bottom)*float64(n)/float64(ceiling) }
	for n := 0; n <= ceiling; n += step {
		fmt.Fprintf(&out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e2e8f0\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d</text>\n", left, width-right, y(n), y(n), left-6, y(n)+4, n)
	}
	below := make([]int, len(points))
	severities := slices.Clone(findings.Severities())
	slices.SortFunc(severities, func(a, b findings.Severity) int { return int(b) - int(a) })
	for k, s := range severities {
		path := ""
		above := slices.Clone(below)
		for i := range points {
			above[i] += points[i].Open.Of(s)
			path += fmt.Sprintf("%.1f,%.1f ", x(i), y(above[i]))
		}
		if len(points) == 1 { // one run is a bar across
			path += fmt.Sprintf("%d,%.1f ", width-right, y(above[0]))
			path += fmt.Sprintf("%d,%.1f ", width-right, y(below[0]))
		}
		for i := range slices.Backward(points) {
			path += fmt.Sprintf("%.1f,%.1f ", x(i), y(below[i]))
		}
		fmt.Fprintf(&out, "<polygon points=\"%s\" fill=\"%s\"/>\n", path[:len(path)-1], shades[s])
		fmt.Fprintf(&out, "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s %d</text>\n",
			width-right+12, top+k*20, shades[s], width-right+30, top+k*20+10, s, points[len(points)-1].Open.Of(s))
		below = above
	}
	ticks := min(5, len(points))
	for k := range ticks {
		i := 0
		if ticks > 1 {
			i = k * (len(points) - 1) / (ticks - 1)
		}
		anchor := "middle"
		if k == 0 {
			anchor = "start"
		}
		fmt.Fprintf(&out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x(i), height-bottom+18, anchor, points[i].At.UTC().Format("2006-01-02"))
	}
	out.WriteString("</svg>\n")
	return written(w, out.Bytes())
}

// gridStep returns a round number of which some five make the whole.
func gridStep(most int) int {
	for power := 1; ; power *= 10 {
		for _, factor := range []int{1, 2, 5} {
			if most/(power*factor) <= 6 {
				return power * factor
			}
		}
	}
}

func written(w io.Writer, text []byte) error {
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("writing the chart: %w", err)
	}
	return nil
}
