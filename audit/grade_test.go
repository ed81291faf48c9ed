package audit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// usages are the parts that may use a group without an interface, of those that some
// run reads.
const usages = inventory.PartLaunchTemplates | inventory.PartEndpoints | inventory.PartAssociations | inventory.PartFunctions | inventory.PartLoadBalancers | inventory.PartReferrers

// lone is an account with one unused group, of which a run of the depth read all.
func lone(depth inventory.Depth) *inventory.Inventory {
	inv := notation.MustParse("sg-1 a\n in tcp/443 10.0.0.0/8\n").Inventory
	inv.Depth = depth
	r := inv.Regions[0]
	r.Asked, r.Read = depth.Parts(), depth.Parts()
	return inv
}

// Each depth reaches its grade, and a denied part, whichever it is, lowers it and is
// named with its action.
func TestGrades(t *testing.T) {
	for depth, want := range map[inventory.Depth]findings.Grade{
		inventory.DepthGroups: findings.Unreferenced, inventory.DepthNetwork: findings.Unreferenced, inventory.DepthServices: findings.NotHeld,
	} {
		f, _ := findingAbout(lone(depth))
		if f.Unused == nil || f.Unused.Grade != want || !f.Unused.FullSearch {
			t.Errorf("depth %s: %+v, want grade %s and a full search", depth, f.Unused, want)
		}
		for _, part := range (usages & depth.Parts()).Each() {
			inv := lone(depth)
			r := inv.Regions[0]
			r.Read &^= part
			action := part.Operations()[0]
			r.Gaps = []inventory.Gap{{Part: part, Operation: action, Kind: inventory.Denied}}
			f, note := findingAbout(inv)
			if f.Unused.Grade != findings.Unreferenced || f.Unused.FullSearch || f.Severity != findings.Low {
				t.Errorf("depth %s without %s: %s, severity %s, full search %v", depth, part, f.Unused.Grade, f.Severity, f.Unused.FullSearch)
			}
			missing := part.String() + " (" + action + " denied)"
			if !slices.Contains(f.Unused.NotSearched, missing) || slices.Contains(f.Unused.Searched, part.String()) || !strings.Contains(note, missing) {
				t.Errorf("depth %s without %s: not searched: %q; the note is %q", depth, part, f.Unused.NotSearched, note)
			}
		}
	}
}

// A group that others reference, or that something uses, has the lowest grade however
// much was read. The evidence says the grade and where nothing was found.
func TestGradesOfWhatIsReferenced(t *testing.T) {
	for text, want := range map[string]struct {
		grade    findings.Grade
		evidence string
		heldBy   string
	}{
		"sg-1 a\nsg-2 b\n in tcp/80 sg-1\n":   {findings.Unattached, "grade unattached (1 of 4)", ""},
		"sg-1 a\n in tcp/80 sg-1\n":           {findings.NotHeld, "grade not-held (3 of 4)", ""},
		"sg-1 a\nfunction idle sg-1\n":        {findings.Unattached, "grade unattached (1 of 4)", "Lambda function idle is configured with it"},
		"sg-1 a\nreferrer ecs service x sg-1": {findings.Unattached, "grade unattached (1 of 4)", "ECS service x uses it"},
	} {
		inv := notation.MustParse(text).Inventory
		inv.Depth = inventory.DepthServices
		r := inv.Regions[0]
		r.Asked, r.Read = inventory.DepthServices.Parts()|inventory.PartReferrers, inventory.DepthServices.Parts()|inventory.PartReferrers
		f, _ := findingAbout(inv)
		if f.Unused.Grade != want.grade || !slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool { return strings.HasPrefix(e, want.evidence) }) {
			t.Errorf("%s: grade %s, evidence %q", text, f.Unused.Grade, f.Exposure.Evidence)
		}
		if found := slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool { return strings.HasPrefix(e, "nothing found among: network interfaces") }); found != (want.heldBy == "") {
			t.Errorf("%s: evidence %q", text, f.Exposure.Evidence)
		}
		if got := strings.Join(f.Unused.HeldBy, ", "); got != want.heldBy {
			t.Errorf("%s: held by %q, want %q", text, got, want.heldBy)
		}
	}
}

// The report has the grade as a word, and reads it back.
func TestGradeWords(t *testing.T) {
	for g := findings.Unattached; g <= findings.NotInConfig; g++ {
		text, err := json.Marshal(&findings.Unused{Grade: g})
		var back findings.Unused
		if err != nil || json.Unmarshal(text, &back) != nil || back.Grade != g || g.String() == "" || !strings.Contains(string(text), `"grade":"`+g.String()+`"`) {
			t.Errorf("%d: %s reads back as %s (%v)", g, text, back.Grade, err)
		}
	}
	if json.Unmarshal([]byte(`{"grade":"sure"}`), &findings.Unused{}) == nil {
		t.Error("an unknown grade is read")
	}
}
