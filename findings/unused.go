package findings

import (
	"fmt"
	"slices"
)

// Unused says how certain it is that an unused security group is not needed, and
// what that rests on.
type Unused struct {
	Grade Grade `json:"grade"`
	// FullSearch is set where everything was read that a run of this depth reads to
	// find users of a group. A permission that is missing takes it away.
	FullSearch  bool     `json:"full_search"`
	Searched    []string `json:"searched"`               // where nothing was found, but for HeldBy
	NotSearched []string `json:"not_searched"`           // with the reason, where there is more to it than the depth
	ConfigSince string   `json:"config_since,omitempty"` // the day since which AWS Config records all types, where it was asked and does
	Traffic     *Traffic `json:"traffic,omitempty"`      // what flow logs show, where they were given
	ManagedBy   string   `json:"managed_by,omitempty"`   // what seems to manage the group, by its tags or name, such as CloudFormation stack web
	HeldBy      []string `json:"held_by"`                // what uses the group without a network interface, each a sentence with name and id
}

// Traffic is what flow logs show of the traffic that the rules of a group allowed while
// it was attached to interfaces that have it no more.
type Traffic struct {
	Since  string `json:"since"`            // the window: days, in UTC, both in it
	Until  string `json:"until"`            //
	Reason string `json:"reason,omitempty"` // why there may have been traffic; empty: there was none
}

// Grade says how certain it is that a group is not needed. Each grade includes
// those below it, but NoTraffic, which is given where AWS Config was not asked too; higher values are more certain. The zero value means
// that there is no grade, as in reports of earlier versions.
type Grade uint8

// The grades, in their order.
const (
	_            Grade = iota
	Unattached         // attached to no network interface; other unused groups reference it, or something holds it
	Unreferenced       // no rule of another group references it either
	NotHeld            // no resource uses it either, of all kinds that sgaudit can search
	NotInConfig        // AWS Config, which records all types that it supports, relates nothing to it either
	NoTraffic          // flow logs show no traffic that its rules allowed, either, in a window that is covered
)

var gradeNames = [...]string{"", "unattached", "unreferenced", "not-held", "not-in-config", "no-traffic"}

// String returns the word that reports use, empty for no grade.
func (g Grade) String() string { return gradeNames[min(int(g), len(gradeNames)-1)] }

// Words is the grade for people, by its number: "grade 3 of 5". The word of the lowest
// is that of a verdict too.
func (g Grade) Words() string { return fmt.Sprintf("grade %d of %d", g, NoTraffic) }

// MarshalText writes the word.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads one of the words.
func (g *Grade) UnmarshalText(text []byte) error {
	i := slices.Index(gradeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("grade %q is none of %s", text, gradeNames[1:])
	}
	*g = Grade(i)
	return nil
}
