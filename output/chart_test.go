package output_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// TestChart draws histories of several lengths: one area for each severity,
// nothing outside of the picture, and well-formed.
func TestChart(t *testing.T) {
	begin := time.Date(2030, 1, 1, 3, 17, 0, 0, time.UTC)
	for _, runs := range []int{0, 1, 2, 400} {
		var points []output.Point
		for i := range runs {
			points = append(points, output.Point{At: begin.AddDate(0, 0, i), Open: findings.Summary{Critical: i % 7, High: i, Medium: 3, Info: 1000 * (i % 2)}})
		}
		var out bytes.Buffer
		if err := output.Chart(&out, points); err != nil {
			t.Fatal(err)
		}
		areas, lines := 0, 0
		decoder := xml.NewDecoder(&out)
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%d runs: %v", runs, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				switch e.Name.Local {
				case "polygon":
					areas++
				case "line":
					lines++
				}
			}
		}
		if runs > 0 && (areas != 5 || lines < 2 || lines > 12) || runs == 0 && areas != 0 {
			t.Errorf("%d runs: %d areas, %d lines", runs, areas, lines)
		}
	}
}
