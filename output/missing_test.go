package output_test

import (
	"html"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/output"
)

// TestMissingIsShown: each format that is not among the machines, too, names the
// operation that failed, the reason why a check was not evaluated, and the reason for
// which a finding is accepted. Lists of what was audited name the operation.
func TestMissingIsShown(t *testing.T) {
	for _, f := range output.Formats() {
		if machines[f.Name] != nil {
			continue // TestMachinesShowWhatIsMissing
		}
		r := whole()
		want := []string{r.Coverage[1].Gaps[0].Operation, r.NotEvaluated[0].Reason, "suppressed"}
		if f.Lists {
			want = []string{"ec2:DescribeVpcs"}
		}
		text := write(t, f.Name, r, output.Options{All: true})
		switch {
		case isParquet(f.Name):
			text = parquetText(t, text)
		case f.Name == "xlsx":
			text = strings.Join(xlsxTexts(t, text), "\n")
		}
		text = strings.Join(strings.Fields(html.UnescapeString(text)), " ")
		for _, part := range want {
			if !strings.Contains(strings.ToLower(text), strings.ToLower(part)) {
				t.Errorf("%s does not say %q", f.Name, part)
			}
		}
	}
}
