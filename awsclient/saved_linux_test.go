package awsclient

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSavedUnopened says which files of a folder were not even read: nothing
// lies in it unseen, and a pipe that nothing writes to does not stop the run.
func TestSavedUnopened(t *testing.T) {
	place := folder(t, map[string]string{"g.json": oneGroup, "i.JSON": oneInterface, "notes.txt": "x", "groups": oneGroup, ".hidden": "x"})
	if err := syscall.Mkfifo(filepath.Join(place, "pipe.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(folder(t, map[string]string{"us-west-2/g.json": oneGroup}), filepath.Join(place, "link")); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	s, err := Saved(place, SavedOptions{Warn: func(text string) { warnings = append(warnings, strings.TrimPrefix(text, place+"/")) }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"groups: its name does not end in .json or .json.gz; it was passed over",
		"link: it is a link to a folder, and links to folders are not followed; it was passed over",
		"notes.txt: its name does not end in .json or .json.gz; it was passed over",
		"pipe.json: it is not a regular file; it was passed over",
	}
	if diff := cmp.Diff(want, warnings); diff != "" || s.Inventory.Regions[0].Status() != "complete" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
