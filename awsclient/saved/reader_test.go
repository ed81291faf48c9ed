package saved

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/files"
)

// TestBounds refuses a folder that is larger than what may be read, all
// files together.
func TestBounds(t *testing.T) {
	const oneGroup = `{"SecurityGroups": [{"GroupId": "sg-1", "OwnerId": "123456789012", "IpPermissions": [], "IpPermissionsEgress": []}]}`
	place := t.TempDir()
	for _, name := range []string{"g.json", "h.json"} {
		if err := os.WriteFile(filepath.Join(place, name), []byte(oneGroup), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newReader(place, Options{})
	s.left = int64(len(oneGroup) + 10)
	if err := s.walk(); !errors.Is(err, files.ErrTooLarge) || !strings.Contains(err.Error(), "h.json") {
		t.Error(err)
	}
}
