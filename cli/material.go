package cli

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/tables"
)

// material is what a report was made of, for the formats that show more than
// findings.
type material struct {
	inv      *inventory.Inventory
	settings *audit.Settings
	part     *part
	tags     []string // keys of tags that the lists make a column of
}

func (m *material) draw(r *findings.Report) *picture.Picture {
	return picture.New(m.inv, r, picture.Options{Service: serviceOf(m.settings), Bastions: m.settings.Bastions})
}

func (m *material) list(r *findings.Report) *tables.Tables {
	return tables.New(m.inv, r, tables.Options{Services: m.settings.Names, Scope: m.part.scope(), TagColumns: m.tags})
}

// noLists refuses the formats that list what was audited where only a report
// is known.
func noLists(targets []target, report string) error {
	for _, t := range targets {
		if t.format.Lists {
			return console.Usage("sgaudit audit -o "+t.format.Name+"=FILE writes it, of an account or of a snapshot (--input)",
				"--output %s needs the audited account, and the report %s contains only findings", t.format.Name, report)
		}
	}
	return nil
}
