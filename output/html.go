package output

import (
	"io"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/page"
)

var _ = drawing(declare("html", "text/html", "one page for a browser, with pictures, filters and fixes; loads nothing from anywhere", func(w io.Writer, r *findings.Report, o Options) error {
	return page.Write(w, r, o.Picture)
}))
