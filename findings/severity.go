package findings

import (
	"fmt"
	"strings"
)

// Severity says how soon somebody has to act. Higher values are graver; the
// zero value is Info.
type Severity uint8

const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

// Severities lists every severity, gravest first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// String returns the lower-case word that reports use.
func (s Severity) String() string { return severityNames[min(int(s), len(severityNames)-1)] }

// MarshalText writes the lower-case word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads one of the words, in any case.
func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if strings.EqualFold(name, string(text)) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("severity %q is none of critical, high, medium, low, info", text)
}

// Raise returns the severity one step up, at most Critical.
func (s Severity) Raise() Severity { return min(s+1, Critical) }

// Lower returns the severity one step down, at least Info.
func (s Severity) Lower() Severity {
	if s == Info {
		return Info
	}
	return s - 1
}
