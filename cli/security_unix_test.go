//go:build unix

package cli

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestFilesArePrivate: what sgaudit writes can be read by its owner alone, whatever
// the umask allows, and so can the folders that it makes.
func TestFilesArePrivate(t *testing.T) {
	workplace(t)
	s, err := endpoint.Serve(notation.MustParse(estates.Demo()).Inventory, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	folder, _ := everythingWritten(t, s.URL)
	files := 0
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == folder {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has the mode %o, want %o", name, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}
