package cli

import "testing"

// TestTagFilter: "=" may be in the key and in the value of a tag.
func TestTagFilter(t *testing.T) {
	for _, c := range []struct {
		filter, key, value string
		want               bool
	}{
		{"Team=web", "Team", "web", true},
		{"Team", "Team", "web", true},
		{"Team=", "Team", "", true},
		{"Team=", "Team", "web", false},
		{"Team=web", "Team", "web2", false},
		{"team=web", "Team", "web", false},
		{"Team=w*", "Team", "web", false},
		{"path=a=b", "path", "a=b", true},
		{"path=a=b", "path=a", "b", true},
		{"path=a", "path=a", "b", true},
		{"path=a", "path", "a=b", false},
		{"ü=東京", "ü", "東京", true},
	} {
		got := tagFilter(c.filter).holds(func(key string) (string, bool) { return c.value, key == c.key })
		if got != c.want {
			t.Errorf("--tag %s for the tag %q with the value %q: %v", c.filter, c.key, c.value, got)
		}
	}
}
