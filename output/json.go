package output

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sgaudit/sgaudit/findings"
)

var _ = declare("json", "the report of the contract, schema_version 1", func(w io.Writer, r *findings.Report, _ Options) error {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
})
