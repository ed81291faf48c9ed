package awsclient

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// fail records why a part is not whole.
func (r *reader) fail(part inventory.Part, operation string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := gap(part, operation, err)
	for i := range r.region.Gaps {
		known := &r.region.Gaps[i]
		if known.Compare(g) == 0 && known.Operation != "" { // two lists of one action, of one part or of two
			known.Part |= part
			return
		}
	}
	r.region.Gaps = append(r.region.Gaps, g)
}

// malformed records that something of a part was not understood.
func (r *reader) malformed(part inventory.Part, format string, args ...any) {
	r.allMalformed(part, []string{fmt.Sprintf(format, args...)})
}

// allMalformed records what was not understood of a part, which does not count as
// read then: what rests on it would rest on what was left out.
func (r *reader) allMalformed(part inventory.Part, texts []string) {
	if len(texts) == 0 {
		return
	}
	r.addGaps(part, texts...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notUnderstood |= part
}

// mostGapTexts are kept of one part: an answer may hold thousands.
const mostGapTexts = 100

// addGaps records texts that become gaps. Of too many the first in their order are
// kept, whatever the order in which pages arrive.
func (r *reader) addGaps(part inventory.Part, texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gapTexts == nil {
		r.gapTexts = map[inventory.Part]*gapTexts{}
	}
	if r.gapTexts[part] == nil {
		r.gapTexts[part] = &gapTexts{}
	}
	for _, text := range texts {
		r.gapTexts[part].add(words.Cut(text, mostText))
	}
}

// gapTexts are different texts, sorted.
type gapTexts struct {
	texts []string
	more  int // that were not kept
}

func (g *gapTexts) add(text string) {
	i, known := slices.BinarySearch(g.texts, text)
	if known {
		return
	}
	g.texts = slices.Insert(g.texts, i, text)
	if len(g.texts) > mostGapTexts {
		g.texts = g.texts[:mostGapTexts]
		g.more++
	}
}

// writeGaps makes gaps of what was recorded, once the region is read.
func (r *reader) writeGaps() {
	for part, recorded := range r.gapTexts {
		texts := recorded.texts
		if recorded.more > 0 {
			texts = append(texts, fmt.Sprintf("and %d more of the same part", recorded.more))
		}
		for _, text := range texts {
			r.region.Gaps = append(r.region.Gaps, inventory.Gap{Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: text})
		}
	}
}
