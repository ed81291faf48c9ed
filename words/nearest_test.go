package words

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"audit", "demo", "checks", "critical", "--region", "--region-deadline"}
	for word, want := range map[string]string{
		"audti": "audit", "AUDIT": "audit", "crit": "critical", "chekcs": "checks",
		"--regio": "--region", "zebra": "", "a": "", "": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("nearest to %q: %q, want %q", word, got, want)
		}
	}
}
