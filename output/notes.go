package output

import (
	"bytes"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// notes writes what holds for all findings of a check.
func notes(out *bytes.Buffer, r *findings.Report, o Options, shown func(check string) bool) {
	for _, text := range sharedNotes(r, shown) {
		out.WriteByte('\n')
		for _, line := range wrap(words.Plain(text), o.Width) {
			out.WriteString(line + "\n")
		}
	}
}

// sharedNotes returns what holds for all findings of a check: the same text once, after
// the regions that it holds for where these are not all.
func sharedNotes(r *findings.Report, shown func(check string) bool) []string {
	regions := map[string][]string{}
	var texts []string
	for _, n := range r.Notes {
		if !shown(n.Check) {
			continue
		}
		text := n.Check + " " + n.Text
		if regions[text] == nil {
			texts = append(texts, text)
		}
		if !slices.Contains(regions[text], n.Region) {
			regions[text] = append(regions[text], n.Region)
		}
	}
	if len(texts) > 1 {
		for i, text := range texts {
			texts[i] = words.List(regions[text], 2) + ": " + text
		}
	}
	return texts
}

// nothingEvaluated reports whether each check lacks something in each region that was read.
func nothingEvaluated(r *findings.Report) bool {
	lacks := map[findings.NotEvaluated]bool{}
	for _, n := range r.NotEvaluated {
		n.Reason = ""
		lacks[n] = true
	}
	_, asked := r.Regions()
	return len(lacks) > 0 && len(lacks) == len(r.Checks)*asked
}
