package sheet

import (
	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/tables"
)

// colors are those of the severities: the background of a cell, which its text
// stays legible on in print too, and the stronger one of bars.
var colors = map[string]struct{ cell, bar string }{
	"critical": {"F4B6C2", "B3002D"},
	"high":     {"FBD3B4", "E06A1B"},
	"medium":   {"FFF0B3", "E0B400"},
	"low":      {"D3E5F7", "5B9BD5"},
	"info":     {"E7EAED", "A5ACB3"},
}

const (
	headColor = "1F3A5F"
	linkColor = "0A58CA"
	warnColor = "B3002D"
)

// styleKey distinguishes styles: what a cell holds, and for severities which.
type styleKey struct {
	kind  cellKind
	level string
}

// cellKind is a tables.Kind, or one of the kinds of the summary.
type cellKind uint8

const (
	headCell cellKind = 100 + iota
	headNumberCell
	titleCell
	labelCell
	warningCell
	noteCell
)

func kindOf(k tables.Kind) cellKind { return cellKind(k) }

// style returns the number of a style, which is made when first asked for.
func (wb *workbook) style(kind cellKind, level string) (int, error) {
	key := styleKey{kind, level}
	if id, known := wb.styles[key]; known {
		return id, nil
	}
	id, err := wb.NewStyle(newStyle(kind, level))
	if err == nil {
		wb.styles[key] = id
	}
	return id, err
}

func newStyle(kind cellKind, level string) *excelize.Style {
	const asText = 49 // the built-in format of texts
	s := &excelize.Style{
		Font:      &excelize.Font{Family: "Calibri", Size: 10},
		Alignment: &excelize.Alignment{Vertical: "top"},
	}
	fill := func(color string) {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	switch kind {
	case kindOf(tables.Text):
		s.NumFmt = asText
	case kindOf(tables.Prose):
		s.NumFmt = asText
		s.Alignment.WrapText = true
	case kindOf(tables.Level):
		s.NumFmt = asText
		if c, known := colors[level]; known {
			fill(c.cell)
			s.Font.Bold = level == "critical" || level == "high"
		}
	case kindOf(tables.Number):
		s.NumFmt = 3 // 1,234
		s.Alignment.Horizontal, s.Alignment.Indent = "right", 1
	case kindOf(tables.Date):
		format := "yyyy-mm-dd hh:mm"
		if level == "day" {
			format = "yyyy-mm-dd"
		}
		s.CustomNumFmt = &format
		s.Alignment.Horizontal = "left"
	case kindOf(tables.Link):
		s.Font.Color, s.Font.Underline = linkColor, "single"
	case headCell, headNumberCell:
		fill(headColor)
		s.Font.Bold, s.Font.Color = true, "FFFFFF"
		s.Alignment.Vertical = "center"
		if kind == headNumberCell {
			s.Alignment.Horizontal, s.Alignment.Indent = "right", 1
		}
	case titleCell:
		s.Font.Size, s.Font.Bold, s.Font.Color = 16, true, headColor
	case labelCell:
		s.Font.Bold = true
	case warningCell:
		s.Font.Bold, s.Font.Color = true, warnColor
	case noteCell:
		s.Font.Italic, s.Font.Color = true, "57606A"
	}
	return s
}

// widths of columns in characters, by their names; others are by their kind.
var widths = map[string]float64{
	"id": 22, "finding_ids": 22, "status": 11, "baseline": 11, "check": 30, "title": 50, "account_id": 14, "account_name": 18, "region": 15,
	"vpc_id": 23, "subnet_id": 25, "group_id": 23, "group_ids": 23, "interface_id": 23, "resource_id": 23, "group_name": 26, "group_names": 26,
	"direction": 10, "protocol": 9, "ports": 12, "services": 24, "source": 24, "source_name": 24, "rule_ids": 24, "exposure": 14,
	"owner_kind": 20, "owner": 24, "private_ips": 16, "public_ips": 16, "used_by": 28, "referenced_by": 28, "references": 40, "group_arn": 66, "tags": 40,
	"base_severity": 14, "resource_type": 20, "resource_name": 26, "interfaces": 24, "message": 80, "fix": 80, "commands": 80, "operation": 34, "reason": 60, "checks": 40, "findings": 11, "attached": 11, "rules_out": 11, "suppressed": 13, "network_interfaces": 20, "security_groups": 17,
}

var kindWidths = map[tables.Kind]float64{
	tables.Text: 16, tables.Number: 10, tables.Prose: 36, tables.Level: 11, tables.Date: 17, tables.Link: 9,
}

func widthOf(c tables.Column) float64 {
	if w := widths[c.Name]; w > 0 {
		return w
	}
	return kindWidths[c.Kind]
}
