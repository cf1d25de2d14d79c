//! Every answer is read tolerantly, and nothing of it is lost: generated from the contract, a test for each type and for
//! each operation.

/// A test of one type: its name, the type, its version, the place of its schema, and its lists by field and name.
macro_rules! answer {
    ($test:ident: $type:ty, $version:ident, $place:literal $(, $field:ident = $name:literal)*) => {
        #[test]
        fn $test() {
            drata_tests::tolerance::check_answer::<$type>(
                drata_api::ApiVersion::$version,
                $place,
                &[$(($name, |it| drata_tests::tolerance::Rejections::rejections(&it.$field))),*],
            );
        }
    };
}

/// A test of one operation: its name, and where the operation stands in Rust.
macro_rules! operation {
    ($test:ident, $rust_path:literal) => {
        #[test]
        fn $test() {
            drata_tests::tolerance::check_operation($rust_path);
        }
    };
}

// Generated code keeps the layout of its generator.
#[rustfmt::skip]
mod v1;
#[rustfmt::skip]
mod v2;
