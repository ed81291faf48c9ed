package files

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Compress hands write a writer that compresses with zstd what goes to w.
func Compress(w io.Writer, write func(io.Writer) error) error {
	z, err := zstd.NewWriter(w)
	if err != nil {
		return fmt.Errorf("compressing: %w", err)
	}
	if err := write(z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compressing: %w", err)
	}
	return nil
}
